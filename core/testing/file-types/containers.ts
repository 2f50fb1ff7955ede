import { crc32 } from 'node:zlib'
import { bytes, u16le, u32le, zeros } from './bytes.ts'

/** A zip whose entries are stored as they are, in the order given. */
export function zip(entries: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const local: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const [name, content] of Object.entries(entries)) {
    const data = bytes(content)
    const common = bytes(
      u16le(0),
      u16le(0),
      u32le(0),
      u32le(crc32(data)),
      u32le(data.length),
      u32le(data.length),
      u16le(name.length),
    )
    const header = bytes('PK\x03\x04', u16le(20), common, u16le(0), name, data)
    local.push(header)
    directory.push(bytes('PK\x01\x02', u16le(20), u16le(20), common, zeros(8), u32le(0), u32le(offset), name))
    offset += header.length
  }
  const central = bytes(...directory)
  const count = u16le(directory.length)
  return bytes(...local, central, 'PK\x05\x06', zeros(4), count, count, u32le(central.length), u32le(offset), u16le(0))
}

const SECTOR_BYTES = 512
const ROOT = 5
const STREAM = 2

/** A compound document with empty streams of those names; the class is that of its root entry, 16 bytes. */
export function ole(streams: readonly string[], rootClass: string | Uint8Array = zeros(16)): Uint8Array {
  const entries = [entry('Root Entry', ROOT, rootClass), ...streams.map((name) => entry(name, STREAM, zeros(16)))]
  while (entries.length % 4 !== 0) entries.push(zeros(128))
  const sectors = entries.length / 4
  const header = bytes(
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    zeros(16),
    u16le(0x3e),
    u16le(3),
    u16le(0xfffe),
    u16le(9),
    u16le(6),
    zeros(10),
    u32le(1),
    u32le(1),
    zeros(4),
    u32le(4_096),
    u32le(0xffff_fffe),
    u32le(0),
    u32le(0xffff_fffe),
    u32le(0),
    u32le(0),
    ...Array.from({ length: 108 }, () => u32le(0xffff_ffff)),
  )
  const table = [0xffff_fffd, ...Array.from({ length: sectors }, (_, i) => (i + 1 < sectors ? i + 2 : 0xffff_fffe))]
  while (table.length < SECTOR_BYTES / 4) table.push(0xffff_ffff)
  return bytes(header, ...table.map(u32le), ...entries)
}

function entry(name: string, kind: number, classId: string | Uint8Array): Uint8Array {
  const text = Buffer.alloc(64)
  text.write(name, 'utf16le')
  return bytes(text, u16le(name.length * 2 + 2), kind, 1, zeros(12), classId, zeros(32))
}

/** A little-endian TIFF with one directory; a value is a number, or a text kept behind it. */
export function tiff(tags: Readonly<Record<number, number | string>>): Uint8Array {
  const list = Object.entries(tags)
  const dataStart = 8 + 2 + list.length * 12 + 4
  const directory: Uint8Array[] = []
  let data = bytes()
  for (const [tag, value] of list) {
    if (typeof value === 'number') {
      directory.push(bytes(u16le(Number(tag)), u16le(4), u32le(1), u32le(value)))
      continue
    }
    directory.push(bytes(u16le(Number(tag)), u16le(2), u32le(value.length + 1), u32le(dataStart + data.length)))
    data = bytes(data, value, 0)
  }
  return bytes('II*\0', u32le(8), u16le(list.length), ...directory, u32le(0), data)
}

/** An ELF file of that kind (1 object, 2 program, 3 library, 4 memory image), without sections. */
export function elf(kind: number): Uint8Array {
  return bytes(
    '\x7fELF',
    2,
    1,
    1,
    0,
    zeros(8),
    u16le(kind),
    u16le(62),
    u32le(1),
    zeros(8),
    zeros(8),
    zeros(8),
    zeros(4),
    u16le(64),
    u16le(56),
    zeros(8),
  )
}

/** A Windows program, or a library. */
export function portableExecutable(options: { library: boolean }): Uint8Array {
  const dos = bytes('MZ', u16le(0x90), u16le(3), zeros(54), u32le(64))
  const flags = options.library ? 0x2002 : 0x0002
  return bytes(
    dos.subarray(0, 60),
    u32le(64),
    'PE\0\0',
    u16le(0x8664),
    u16le(0),
    zeros(12),
    u16le(0),
    u16le(flags),
    zeros(40),
  )
}

/** A tar of one empty file. */
export function tar(name: string): Uint8Array {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\x000000000\x000000000\x0000000000000\x0000000000000\0', 100, 'latin1')
  header.write('        0', 148, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes(header, zeros(1_024))
}
