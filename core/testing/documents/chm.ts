const CHUNK = 4_096
const BLOCK = 0x8000
const PACKED = '::DataSpace/Storage/MSCompressed/'
const RESETS = `${PACKED}Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable`

/** Compiled HTML help with these files, packed together in one verbatim block of less than 32 KiB, or not compressed. */
export function makeChm(files: Readonly<Record<string, string>>, { isCompressed = true } = {}): Buffer {
  const bodies = Object.values(files).map((text) => Buffer.from(text, 'latin1'))
  const all = Buffer.concat(bodies)
  const content = isCompressed ? verbatim(all) : uncompressed(all)
  const control = Buffer.alloc(28)
  control.write('LZXC', 4, 'latin1')
  for (const [at, value] of [
    [0, 6],
    [8, 2],
    [12, 2],
    [16, 2],
    [20, 1],
  ] as const)
    control.writeUInt32LE(value, at)
  const resets = Buffer.alloc(48)
  for (const [at, value] of [
    [0, 2],
    [4, 1],
    [8, 8],
    [12, 40],
    [16, all.length],
    [24, content.length],
    [32, BLOCK],
  ] as const)
    resets.writeUInt32LE(value, at)
  const stored = [
    [`${PACKED}ControlData`, control],
    [RESETS, resets],
    [`${PACKED}Content`, content],
  ] as const
  const entries: Buffer[] = []
  let at = 0
  for (const [name, data] of stored) {
    entries.push(entry(name, 0, at, data.length))
    at += data.length
  }
  let inside = 0
  for (const [i, name] of Object.keys(files).entries()) {
    entries.push(entry(name, 1, inside, bodies[i]!.length))
    inside += bodies[i]!.length
  }
  const listed = Buffer.concat(entries)
  const chunk = Buffer.alloc(CHUNK)
  chunk.write('PMGL', 'latin1')
  chunk.writeUInt32LE(CHUNK - 20 - listed.length, 4)
  listed.copy(chunk, 20)
  const directory = Buffer.alloc(0x54)
  directory.write('ITSP', 'latin1')
  directory.writeUInt32LE(0x54, 8)
  directory.writeUInt32LE(CHUNK, 0x10)
  directory.writeUInt32LE(1, 0x2c)
  const head = Buffer.alloc(0x60)
  head.write('ITSF', 'latin1')
  head.writeUInt32LE(3, 4)
  head.writeBigUInt64LE(0x60n, 0x48)
  head.writeBigUInt64LE(BigInt(0x54 + CHUNK), 0x50)
  head.writeBigUInt64LE(BigInt(0x60 + 0x54 + CHUNK), 0x58)
  return Buffer.concat([head, directory, chunk, ...stored.map(([, data]) => data)])
}

function entry(name: string, section: number, offset: number, length: number): Buffer {
  return Buffer.concat([number(name.length), Buffer.from(name), ...[section, offset, length].map(number)])
}

function number(value: number): Buffer {
  const bytes = [value & 127]
  for (let left = value >> 7; left > 0; left >>= 7) bytes.unshift((left & 127) | 128)
  return Buffer.from(bytes)
}

/** A block of LZX whose code has 9 bits for each byte, and 1 bit for “the last three bytes again”. */
function verbatim(data: Buffer): Buffer {
  const bits: string[] = ['0', '001', bitsOf(data.length, 24)]
  const lengths = Array.from({ length: 20 }, (_, symbol) => (symbol === 0 ? 1 : symbol === 8 || symbol === 16 ? 2 : 0))
  const tree = lengths.map((length) => bitsOf(length, 4)).join('')
  bits.push(tree, '10'.repeat(256))
  // 16 slots of positions for each bit of the window, 8 lengths for each.
  bits.push(tree, Array.from({ length: 8 * 32 }, (_, i) => (i === AGAIN - 256 ? '11' : '0')).join(''))
  bits.push(tree, '0'.repeat(249))
  for (let at = 0; at < data.length;) {
    const isAgain = at >= 3 && at + 3 <= data.length && data.subarray(at, at + 3).equals(data.subarray(at - 3, at))
    bits.push(isAgain ? '01' : `1${bitsOf(data[at]!, 8)}`)
    at += isAgain ? 3 : 1
  }
  return words(bits.join(''))
}

/** The symbol of a match of 3 bytes whose position is in slot 4; a bit follows. */
const AGAIN = 256 + 4 * 8 + 1

function uncompressed(data: Buffer): Buffer {
  const head = words(`0011${bitsOf(data.length, 24)}`)
  const positions = Buffer.alloc(12)
  for (const at of [0, 4, 8]) positions.writeUInt32LE(1, at)
  return Buffer.concat([head, positions, data])
}

function bitsOf(value: number, count: number): string {
  return value.toString(2).padStart(count, '0')
}

/** 16 bits are a word, whose bytes are little-endian. */
function words(bits: string): Buffer {
  const count = Math.ceil(bits.length / 16)
  const out = Buffer.alloc(count * 2)
  for (let i = 0; i < count; i++)
    out.writeUInt16LE(Number.parseInt(bits.slice(i * 16, i * 16 + 16).padEnd(16, '0'), 2), i * 2)
  return out
}
