import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipMember {
  readonly name: string
  readonly data: string | Uint8Array
  /** What the directory says of its size, where that is a lie. */
  readonly claimedSize?: number
  readonly isEncrypted?: boolean
}

const DEFLATED = 8
const ENCRYPTED = 1
const UTF8_NAMES = 0x800

/** A zip with these members, packed. */
export function makeZip(members: Readonly<Record<string, string | Uint8Array>> | readonly ZipMember[]): Buffer {
  const list: readonly ZipMember[] = Array.isArray(members)
    ? (members as readonly ZipMember[])
    : Object.entries(members as Readonly<Record<string, string | Uint8Array>>).map(([name, data]) => ({ name, data }))
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, data, claimedSize, isEncrypted } of list) {
    const bytes = Buffer.from(data as Uint8Array)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(UTF8_NAMES | (isEncrypted ? ENCRYPTED : 0), 2)
    fields.writeUInt16LE(DEFLATED, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(claimedSize ?? bytes.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, tail, Buffer.from(name)]))
    locals.push(local)
    at += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(list.length, 8)
  end.writeUInt16LE(list.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, listed, end])
}
