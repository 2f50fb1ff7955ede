import assert from 'node:assert/strict'
import { readBitmap, readIconBitmap } from '../../../core/src/sidecars/generators/thumb/decoders/bitmap/read-bitmap.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

/** A larger picture of a few hundred bytes is mostly made of nothing, and takes the time of its pixels. */
const MAX_SIDE = 200

export const target: FuzzTarget = {
  reads: 'Windows bitmaps, also those in icons',
  guides: ['core/src/sidecars/generators/thumb/decoders/bitmap/'],
  maxBytes: 700,
  seeds: () => [
    bitmap({ bits: 24, compression: 0, body: Buffer.alloc(48, 9) }),
    bitmap({
      bits: 8,
      compression: 1,
      body: afterColours(3, 1, 0, 0, 0, 4, 1, 2, 3, 4, 0, 2, 1, 1, 0, 1),
    }),
    bitmap({
      bits: 4,
      compression: 2,
      body: afterColours(3, 0x12, 0, 3, 0x12, 0x30, 0, 0, 0, 1),
    }),
    bitmap({ bits: 16, compression: 3, body: Buffer.alloc(60, 0x7c) }),
    bitmap({ bits: 1, compression: 0, body: Buffer.alloc(40, 0x55) }),
  ],
  async run(bytes) {
    const file = Buffer.from(bytes)
    if (isLarge(file, 18) || isLarge(file, 4)) return 'large'
    const outcomes = [readBitmap, readIconBitmap].map(async (read) => {
      const found = await readOrRefuse(() => read(file), { codes: ['Corrupt', 'Unsupported'] })
      if ('refused' in found) return found.refused
      const { channels, data, height, width } = found.value
      assert.equal(data.length, width * height * channels)
      return `${channels}`
    })
    return (await Promise.all(outcomes)).join()
  },
}

/** The old kind of head has its sides in half the bytes, at the same place. */
function isLarge(file: Buffer, at: number): boolean {
  if (file.length < at + 8) return false
  const isOld = file.readUInt32LE(at - 4) === 12
  const sides = isOld
    ? [file.readUInt16LE(at), file.readUInt16LE(at + 2)]
    : [file.readInt32LE(at), file.readInt32LE(at + 4)]
  return sides.some((side) => Math.abs(side) > MAX_SIDE)
}

function bitmap({ bits, body, compression }: { bits: number; compression: number; body: Buffer }): Buffer {
  const head = Buffer.alloc(54)
  head.write('BM')
  head.writeUInt32LE(54, 10)
  head.writeUInt32LE(40, 14)
  head.writeInt32LE(4, 18)
  head.writeInt32LE(4, 22)
  head.writeUInt16LE(1, 26)
  head.writeUInt16LE(bits, 28)
  head.writeUInt32LE(compression, 30)
  return Buffer.concat([head, body])
}

/** What follows a table of sixteen colours. */
function afterColours(...pixels: readonly number[]): Buffer {
  return Buffer.concat([Buffer.alloc(64, 5), Buffer.from(pixels)])
}
