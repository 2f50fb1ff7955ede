import { expect, test } from 'vitest'
import { bytes, u16be, u16le, u32be, u32le, zeros } from '../../../testing/file-types/bytes.ts'
import { exifBlock, factsIn, jpeg, tag } from '../../../testing/media/index.ts'
import { readImage } from './read-image.ts'

const read = (content: Uint8Array) => factsIn(content, readImage)

test.each([
  ['Photoshop', bytes('8BPS', u16be(1), zeros(6), u16be(3), u32be(20), u32be(30), u16be(16), u16be(3)), 16],
  ['JPEG XL, bare and small', Uint8Array.of(0xff, 0x0a, ...jxlSize(24, 32)), null],
  ['a QOI', bytes('qoif', u32be(30), u32be(20), 4, 0), 8],
  ['farbfeld', bytes('farbfeld', u32be(30), u32be(20)), 16],
  ['a texture', bytes('DDS ', u32le(124), u32le(0), u32le(20), u32le(30)), null],
  ['Radiance', bytes('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 20 +X 30\n'), null],
  ['a GIMP picture', bytes('gimp xcf v011\0', u32be(30), u32be(20), u32be(0)), null],
  ['a portable map with a comment', bytes('P6\n# made by hand\n30 20\n255\n'), 8],
  ['an arbitrary map', bytes('P7\nWIDTH 30\nHEIGHT 20\nDEPTH 3\nMAXVAL 65535\nENDHDR\n'), 16],
  ['Paintbrush', bytes(0x0a, 5, 1, 8, u16le(0), u16le(0), u16le(29), u16le(19), zeros(120)), 8],
  ['a drawing', bytes('<?xml version="1.0"?><svg xmlns="a" width="30px" height="20"><rect/></svg>'), null],
  ['a drawing without a size of its own', bytes('<svg viewBox="0 0 30 20"/>'), null],
  [
    'OpenEXR',
    bytes('\x76\x2f\x31\x01', 'dataWindow\0box2i\0', u32le(16), u32le(0), u32le(0), u32le(29), u32le(19)),
    null,
  ],
] as const)('%s gives its size', async (name, content, depth) => {
  const expected = name.startsWith('JPEG XL') ? { width: 32, height: 24 } : { width: 30, height: 20 }
  expect(await read(content)).toEqual({ ...expected, ...(depth && { bit_depth: depth }) })
})

/** Both sides in eights of up to 256: one bit, five for the height, three for no ratio, five for the width. */
function jxlSize(height: number, width: number): number[] {
  const bits = 1 + (height / 8 - 1) * 2 + (width / 8 - 1) * 2 ** 9
  return [bits & 255, bits >> 8]
}

test('an icon gives its largest picture', async () => {
  const entry = (side: number) => bytes(side & 255, side & 255, zeros(14))
  expect(await read(bytes(u16le(0), u16le(1), u16le(2), entry(16), entry(256)))).toEqual({ width: 256, height: 256 })
})

test('a raw photo gives its picture and not the thumbnail before it', async () => {
  const picture = exifBlock({ ifd0: { 254: 0, [tag.width]: 4_000, [tag.height]: 3_000 } }).subarray(8)
  const first = (at: number) =>
    exifBlock({ ifd0: { 254: 1, [tag.width]: 160, [tag.height]: 120, [tag.bitsPerSample]: 8, 330: at } })
  const raw = bytes(first(first(0).length), picture)
  expect(await read(raw)).toMatchObject({ width: 4_000, height: 3_000 })
})

test('raw photos of Olympus, Panasonic and Fujifilm give their tags', async () => {
  const camera = { [tag.make]: 'Maker', [tag.model]: 'Box 1' }
  const expected = { camera_make: 'Maker', camera_model: 'Box 1' }
  for (const beginning of ['IIRO', 'IIU\0']) {
    const raw = exifBlock({ ifd0: { ...camera, [tag.width]: 30, [tag.height]: 20 } }).slice()
    raw.set(bytes(beginning))
    expect(await read(raw)).toMatchObject({ ...expected, width: 30, height: 20 })
  }
  const preview = jpeg({ width: 30, height: 20, exif: exifBlock({ ifd0: camera }) })
  const head = bytes('FUJIFILMCCD-RAW ', zeros(68), u32be(100), u32be(preview.length), zeros(8))
  expect(await read(bytes(head, preview))).toMatchObject(expected)
})

test('a WebP gives its profile, its EXIF and its XMP', async () => {
  const chunk = (name: string, content: Uint8Array) =>
    bytes(name, u32le(content.length), content, zeros(content.length & 1))
  const packet =
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Ada</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>'
  const u24 = (value: number) => u32le(value).subarray(0, 3)
  const inside = bytes(
    'WEBP',
    chunk('VP8X', bytes(8, zeros(3), u24(29), u24(19))),
    chunk('ICCP', profile('Wide')),
    chunk('EXIF', exifBlock({ ifd0: { [tag.model]: 'Box 1' } })),
    chunk('XMP ', bytes(packet)),
  )
  expect(await read(bytes('RIFF', u32le(inside.length), inside))).toMatchObject({
    color_profile: 'Wide',
    camera_model: 'Box 1',
    artist: 'Ada',
  })
})

/** An ICC profile with nothing but its name, in UTF-16. */
function profile(name: string): Uint8Array {
  const text = bytes(...name.split('').map((letter) => u16be(letter.charCodeAt(0))))
  const names = bytes('mluc', u32be(0), u32be(1), u32be(12), 'enUS', u32be(text.length), u32be(28), text)
  return bytes(zeros(36), 'acsp', zeros(88), u32be(1), 'desc', u32be(144), u32be(names.length), names)
}
