import assert from 'node:assert/strict'
import { readPsd } from '../../../core/src/sidecars/generators/thumb/decoders/psd/read-psd.ts'
import { bytes, u16be, u32be, zeros } from '../../../core/testing/file-types/bytes.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const MAX_SIDE = 200

export const target: FuzzTarget = {
  reads: 'Photoshop documents (PSD, PSB)',
  guides: ['core/src/sidecars/generators/thumb/decoders/psd/'],
  maxBytes: 600,
  tokens: ['8BPS', '8BIM', '8BIMlsct', '8BIMmul '],
  seeds: () => [
    document(3, 3, bytes(u16be(0), zeros(48))),
    document(
      1,
      1,
      bytes(u16be(1), ...Array.from({ length: 4 }, () => u16be(2)), ...Array.from({ length: 4 }, () => '\xfd\x07')),
    ),
    document(4, 4, bytes(u16be(0), zeros(64))),
    inLayers(),
  ],
  async run(input) {
    const file = Buffer.from(input)
    if (file.length >= 26 && (file.readUInt32BE(14) > MAX_SIDE || file.readUInt32BE(18) > MAX_SIDE)) return 'large'
    const read = await readOrRefuse(() => readPsd(file), { codes: ['Corrupt', 'Unsupported'] })
    if ('refused' in read) return read.refused
    const { channels, data, height, width } = read.value.pixels
    assert.equal(data.length, width * height * channels)
    return `${channels} ${read.value.inks} ${read.value.profile !== undefined}`
  },
}

function document(channels: number, mode: number, picture: Uint8Array): Uint8Array {
  const resource = bytes('8BIM', u16be(1039), 0, 0, u32be(4), 'icc!')
  const head = bytes('8BPS', u16be(1), zeros(6), u16be(channels), u32be(4), u32be(4), u16be(8), u16be(mode))
  return bytes(head, u32be(0), u32be(resource.length), resource, u32be(0), picture)
}

/** One layer of 4 × 4 pixels, and no merged picture. */
function inLayers(): Uint8Array {
  const sides = bytes(u32be(0), u32be(0), u32be(4), u32be(4))
  const channels = [0, 1, 2].map((id) => bytes(u16be(id), u32be(18)))
  const extras = bytes(u32be(0), u32be(0), 3, 'abc', '8BIMlsct', u32be(4), u32be(0))
  const record = bytes(sides, u16be(3), ...channels, '8BIMnorm', 255, 0, 0, 0, u32be(extras.length), extras)
  const info = bytes(u16be(1), record, zeros(54))
  const resource = bytes('8BIM', u16be(1057), 0, 0, u32be(5), u32be(1), 0, 0)
  const head = bytes('8BPS', u16be(1), zeros(6), u16be(3), u32be(4), u32be(4), u16be(8), u16be(3))
  return bytes(head, u32be(0), u32be(resource.length), resource, u32be(info.length + 4), u32be(info.length), info)
}
