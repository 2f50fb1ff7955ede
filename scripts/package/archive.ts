import { tar } from '../../cli/src/bundle/tar.ts'

const BLOCK = 512
/** A package has a few thousand files. */
const MAX_FILES = 20_000
/** Programs are started by their path; every other file is read. */
const EXECUTABLE = /^cli\/bin\//

export interface Archive {
  /** The one folder that everything is in. */
  readonly folder: string
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Time of every file. */
  readonly at: Date
}

/** A tar archive. The same files give the same bytes. It is not compressed, so that each of its bytes can be checked. */
export function packArchive({ at, files, folder }: Archive): Buffer {
  const entries = [...files].map(([name, content]) => ({
    name: `${folder}/${name}`,
    content,
    mode: EXECUTABLE.test(name) ? 0o755 : 0o644,
  }))
  return tar(entries, at)
}

/** The files of an archive that `packArchive` made. Throws a sentence for every other one. */
export function unpackArchive(bytes: Uint8Array): { readonly folder: string; readonly files: Map<string, Uint8Array> } {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const files = new Map<string, Uint8Array>()
  let folder: string | null = null
  for (let at = 0; at + BLOCK <= archive.length;) {
    const head = archive.subarray(at, at + BLOCK)
    if (head.every((byte) => byte === 0)) break
    const { name, size } = readHead(head)
    const [top = '', ...rest] = name.split('/')
    folder ??= top
    const path = rest.join('/')
    if (top !== folder || top === '' || rest.length === 0 || rest.some((part) => ['', '.', '..'].includes(part)))
      throw new Error(`The archive has a file at ${name}, outside its folder ${folder}.`)
    if (files.has(path)) throw new Error(`The archive has ${path} twice.`)
    if (files.size >= MAX_FILES) throw new Error(`The archive has more than ${MAX_FILES} files.`)
    if (at + BLOCK + size > archive.length) throw new Error(`The archive ends within ${path}.`)
    files.set(path, Uint8Array.from(archive.subarray(at + BLOCK, at + BLOCK + size)))
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  if (folder === null) throw new Error('The file is not a tar archive, or it is empty.')
  return { folder, files }
}

function readHead(head: Buffer): { readonly name: string; readonly size: number } {
  const isFile = head[156] === 0x30 && head.toString('latin1', 257, 263) === 'ustar\0'
  const size = /^[0-7]{11}\0$/.exec(head.toString('latin1', 124, 136))
  if (!isFile || !size) throw new Error('The archive has an entry that is not a plain file.')
  const [base, prefix] = [textAt(head, 0, 100), textAt(head, 345, 500)]
  return { name: prefix === '' ? base : `${prefix}/${base}`, size: Number.parseInt(size[0], 8) }
}

function textAt(head: Buffer, start: number, end: number): string {
  const field = head.subarray(start, end)
  const length = field.indexOf(0)
  return field.toString('utf8', 0, length < 0 ? field.length : length)
}
