import type { ByteSource } from '../byte-source.ts'
import { startsAt, u16be, u16le, u32le } from './bytes.ts'

const ELF_RELOCATABLE = 1
const ELF_SHARED = 3
const ELF_CORE = 4
const ELF_INTERPRETER = 3

/** Whether an ELF file is a program, a library, object code or a memory image. */
export function elfType({ head }: ByteSource): string {
  const little = head[5] === 1
  const kind = little ? u16le(head, 16) : u16be(head, 16)
  if (kind === ELF_RELOCATABLE) return 'object'
  if (kind === ELF_CORE) return 'core-dump'
  // A position-independent program is marked as a library, but it names a loader.
  return kind === ELF_SHARED && !hasInterpreter(head) ? 'shared-object' : 'elf'
}

function hasInterpreter(head: Uint8Array): boolean {
  if (head[5] !== 1) return false
  const wide = head[4] === 2
  const table = wide ? u32le(head, 32) : u32le(head, 28)
  const entryBytes = u16le(head, wide ? 54 : 42)
  const entries = Math.min(u16le(head, wide ? 56 : 44), 32)
  for (let i = 0; i < entries; i++) if (u32le(head, table + i * entryBytes) === ELF_INTERPRETER) return true
  return false
}

const PE_IS_LIBRARY = 0x2000

/** Recognises Windows programs and libraries, and older formats with the same first two letters. */
export function dosProgram(source: ByteSource): string | null {
  const { head } = source
  if (!startsAt(head, 0, 'MZ') && !startsAt(head, 0, 'ZM')) return null
  const header = source.read(u32le(head, 60), 24)
  if (startsAt(header, 0, 'PE\0\0')) return u16le(header, 22) & PE_IS_LIBRARY ? 'dll' : 'exe'
  if (/^(NE|LE|LX)/.test(String.fromCharCode(header[0] ?? 0, header[1] ?? 0))) return 'exe'
  const pages = u16le(head, 4)
  const lastPage = u16le(head, 2)
  return pages > 0 && lastPage < 512 ? 'dos-exe' : null
}
