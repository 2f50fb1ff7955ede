import assert from 'node:assert/strict'
import { readDicom } from '../../../core/src/sidecars/generators/thumb/decoders/dicom/read-dicom.ts'
import { readXcf } from '../../../core/src/sidecars/generators/thumb/decoders/xcf/read-xcf.ts'
import { bytes, u16le, u32be, u32le, zeros } from '../../../core/testing/file-types/bytes.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const MAX_SIDE = 200

export const target: FuzzTarget = {
  reads: 'GIMP pictures (XCF) and medical images (DICOM)',
  guides: [
    'core/src/sidecars/generators/thumb/decoders/xcf/',
    'core/src/sidecars/generators/thumb/decoders/dicom/',
    'core/src/sidecars/generators/thumb/decoders/layers/',
  ],
  maxBytes: 900,
  tokens: [
    'gimp xcf v011',
    'gimp xcf file',
    'icc-profile',
    'MONOCHROME2',
    'PALETTE COLOR',
    'YBR_FULL_422',
    '1.2.840.10008.1.2.5',
  ],
  seeds: () => [gimp(), medical('1.2.840.10008.1.2.1 ', 'RGB ', 3), medical('1.2.840.10008.1.2.1 ', 'MONOCHROME2 ', 1)],
  async run(input) {
    const file = Buffer.from(input)
    const isGimp = file.toString('latin1', 0, 9) === 'gimp xcf '
    if (isGimp && file.length >= 22 && (file.readUInt32BE(14) > MAX_SIDE || file.readUInt32BE(18) > MAX_SIDE))
      return 'large'
    const codes = { codes: ['Corrupt', 'Unsupported'] } as const
    const read = await readOrRefuse(() => (isGimp ? readXcf(file).pixels : readDicom(file)), codes)
    if ('refused' in read) return `${isGimp} ${read.refused}`
    if ('jpeg' in read.value) return 'jpeg'
    const { channels, data, height, width } = read.value
    assert.equal(data.length, width * height * channels)
    return `${isGimp} ${channels}`
  },
}

/** A picture of 2 × 2 pixels with one layer that is not packed. */
function gimp(): Uint8Array {
  const property = (type: number, content: Uint8Array) => bytes(u32be(type), u32be(content.length), content)
  const end = property(0, zeros(0))
  const heading = bytes(
    'gimp xcf v010\0',
    u32be(2),
    u32be(2),
    u32be(0),
    u32be(150),
    property(17, Uint8Array.of(0)),
    end,
  )
  const layerAt = heading.length + 12
  const layer = (hierarchy: number) =>
    bytes(u32be(2), u32be(2), u32be(1), u32be(2), 'a\0', property(6, u32be(200)), end, u32be(hierarchy), u32be(0))
  const hierarchyAt = layerAt + layer(0).length
  const hierarchy = bytes(u32be(2), u32be(2), u32be(4), u32be(hierarchyAt + 20), u32be(0))
  const level = bytes(u32be(2), u32be(2), u32be(hierarchyAt + 36), u32be(0))
  return bytes(heading, u32be(layerAt), u32be(0), u32be(0), layer(hierarchyAt), hierarchy, level, zeros(16).fill(9))
}

function medical(syntax: string, colours: string, samples: number): Uint8Array {
  const element = (group: number, tag: number, type: string, value: Uint8Array) =>
    bytes(u16le(group), u16le(tag), type, u16le(value.length), value)
  const number = (tag: number, value: number) => element(0x28, tag, 'US', u16le(value))
  const pixels = zeros(4 * samples).fill(7)
  return bytes(
    zeros(128),
    'DICM',
    element(2, 0x10, 'UI', bytes(syntax)),
    number(2, samples),
    element(0x28, 4, 'CS', bytes(colours)),
    number(0x10, 2),
    number(0x11, 2),
    number(0x100, 8),
    bytes(u16le(0x7fe0), u16le(0x10), 'OW', u16le(0), u32le(pixels.length), pixels),
  )
}
