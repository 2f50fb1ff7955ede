import assert from 'node:assert/strict'
import { readHeif } from '../../../core/src/content/media/heif.ts'
import { imageFacts } from '../../../core/src/content/media/image-facts.ts'
import { imageSize } from '../../../core/src/content/media/image-size.ts'
import { parseTagParts, tagParts } from '../../../core/src/content/media/image-tags.ts'
import { checkFacts } from '../../../core/src/content/media/media-facts.ts'
import { bytesSource } from '../../../core/src/content/types/byte-source.ts'
import { bytes, u16be, u32be, u32le, zeros } from '../../../core/testing/file-types/bytes.ts'
import { bmp, exifBlock, gif, heic, jpeg, png, tag, webp } from '../../../core/testing/media/index.ts'
import { type FuzzTarget, reasonOf } from '../target.ts'

const exif = exifBlock({
  ifd0: { [tag.make]: 'Apple', [tag.description]: 'a caption' },
  exif: { [tag.dateTimeOriginal]: '2024:05:01 10:20:30' },
})
const size = { width: 30, height: 20 }

export const target: FuzzTarget = {
  reads: 'headers of pictures: sizes, EXIF, XMP, IPTC, ICC, HEIF boxes',
  guides: ['core/src/content/media/', 'node_modules/exifr/'],
  maxBytes: 2_000,
  tokens: [
    'Exif\0\0',
    'http://ns.adobe.com/xap/1.0/\0',
    'ICC_PROFILE\0\x01\x01',
    'Photoshop 3.0\x008BIM\x04\x04',
    'II*\0',
    'MM\0*',
  ],
  seeds: () => [
    ...[jpeg, png, webp, heic].map((make) => make({ ...size, exif })),
    bmp(size),
    gif(size),
    exif,
    bytes('8BPS', u16be(1), zeros(6), u16be(3), u32be(20), u32be(30), u16be(16), u16be(3)),
    bytes('DDS ', u32le(124), u32le(0), u32le(20), u32le(30)),
    bytes('qoif', u32be(30), u32be(20), 4, 0),
    bytes('P7\nWIDTH 30\nHEIGHT 20\nDEPTH 3\nMAXVAL 65535\nENDHDR\n'),
    bytes('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 20 +X 30\n'),
    bytes('<svg viewBox="0 0 30 20"/>'),
  ],
  async run(input) {
    const source = bytesSource(input)
    const heif = readHeif(source)
    const frame = heif ?? imageSize(source)
    for (const side of [frame?.width, frame?.height])
      assert.ok(side === undefined || side === null || (Number.isFinite(side) && side >= 0), `a side of ${side}`)
    const { damage, tags } = await parseTagParts(tagParts(source, heif))
    const { refused, values } = checkFacts(
      'image',
      imageFacts({ width: null, height: null, bitDepth: null, orientation: null, ...frame }, tags),
    )
    assert.ok(values.every((value) => value === null || typeof value === 'string' || Number.isFinite(value)))
    return `${frame !== null} ${refused.join()} ${damage === null ? '' : reasonOf(damage)}`
  },
}
