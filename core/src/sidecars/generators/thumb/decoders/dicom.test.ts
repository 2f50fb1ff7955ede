import { deflateRawSync } from 'node:zlib'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../../testing/corpus.ts'
import { bytes, u16be, u16le, u32be, u32le, zeros } from '../../../../../testing/file-types/bytes.ts'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { decode } from './decode.ts'

async function decoded(content: Uint8Array) {
  using temp = createTempDir('dicom')
  const path = join(temp.path, 'source')
  writeFileSync(path, content)
  return await decode(path, { type: 'image', mime: 'application/dicom', size: content.length }, 512)
}

/** The pixels of a small picture, each as its samples. */
async function pixels(content: Uint8Array): Promise<number[][]> {
  const { channels, data } = await decoded(content)
  return Array.from({ length: data.length / channels }, (_, i) => [...data.subarray(i * channels, (i + 1) * channels)])
}

/** The brightness of each pixel of a picture in grey. */
async function greys(content: Uint8Array): Promise<(number | undefined)[]> {
  return (await pixels(content)).map(([first, ...others]) =>
    others.every((each) => each === first) ? first : undefined,
  )
}

const LITTLE = '1.2.840.10008.1.2.1'
const syntaxes = {
  'explicit, little-endian': LITTLE,
  implicit: '1.2.840.10008.1.2',
  'explicit, big-endian': '1.2.840.10008.1.2.2',
  deflated: '1.2.840.10008.1.2.1.99',
} as const

interface DicomOptions {
  readonly syntax?: string
  /** Rows and columns. */
  readonly size?: readonly [number, number]
  readonly bits?: 8 | 16
  readonly samples?: 1 | 3
  readonly colours?: string
  readonly planar?: boolean
  readonly signed?: boolean
  readonly more?: readonly (readonly [tag: number, type: string, value: string | readonly number[]])[]
  readonly pixels: readonly number[] | readonly Uint8Array[]
}

function dicom(of: DicomOptions): Uint8Array {
  const { bits = 8, colours = 'MONOCHROME2', more = [], samples = 1, size = [2, 2], syntax = LITTLE } = of
  const isBig = syntax === syntaxes['explicit, big-endian']
  const [u16, u32] = isBig ? [u16be, u32be] : [u16le, u32le]
  const isExplicit = syntax !== syntaxes.implicit
  const text = (value: string) => bytes(value, value.length % 2 ? ' ' : '')
  const head = (tag: number, type: string, length: number, explicit = isExplicit) => {
    const name = bytes(u16(tag >>> 16), u16(tag & 0xffff))
    if (!explicit) return bytes(name, u32(length))
    return ['OB', 'OW', 'SQ'].includes(type) ? bytes(name, type, u16(0), u32(length)) : bytes(name, type, u16(length))
  }
  const element = (tag: number, type: string, value: Uint8Array) => bytes(head(tag, type, value.length), value)
  const number = (tag: number, value: number) => element(tag, 'US', u16(value))
  const isPacked = of.pixels.some((each) => typeof each !== 'number')
  const data = isPacked
    ? bytes(
        head(0x7fe0_0010, 'OB', 0xffff_ffff),
        head(0xfffe_e000, '', 0, false),
        ...(of.pixels as readonly Uint8Array[]).map((part) => bytes(head(0xfffe_e000, '', part.length, false), part)),
        head(0xfffe_e0dd, '', 0, false),
      )
    : element(
        0x7fe0_0010,
        'OW',
        bytes(...(of.pixels as readonly number[]).map((value) => (bits === 8 ? value : u16(value & 0xffff)))),
      )
  // A list in a list, both of unknown length.
  const list = bytes(
    head(0x0008_1140, 'SQ', 0xffff_ffff),
    head(0xfffe_e000, '', 0xffff_ffff, false),
    element(0x0008_1150, 'UI', text('1.2.3')),
    head(0x0040_a730, 'SQ', 0xffff_ffff),
    head(0xfffe_e0dd, '', 0, false),
    head(0xfffe_e00d, '', 0, false),
    head(0xfffe_e0dd, '', 0, false),
  )
  const body = bytes(
    list,
    element(0x0010_0010, 'PN', text('Doe^Jane')),
    number(0x0028_0002, samples),
    element(0x0028_0004, 'CS', text(colours)),
    number(0x0028_0006, of.planar ? 1 : 0),
    number(0x0028_0010, size[0]),
    number(0x0028_0011, size[1]),
    number(0x0028_0100, bits),
    number(0x0028_0101, bits === 16 ? 12 : 8),
    number(0x0028_0103, of.signed ? 1 : 0),
    ...more.map(([tag, type, value]) =>
      element(tag, type, typeof value === 'string' ? text(value) : bytes(...value.map(u16))),
    ),
    data,
  )
  const named = text(syntax)
  const meta = bytes(u16le(2), u16le(0x10), 'UI', u16le(named.length), named)
  const group = bytes(u16le(2), u16le(0), 'UL', u16le(4), u32le(meta.length))
  return bytes(zeros(128), 'DICM', group, meta, syntax === syntaxes.deflated ? deflateRawSync(body) : body)
}

const window = (centre: string, width: string) =>
  [
    [0x0028_1050, 'DS', centre],
    [0x0028_1051, 'DS', width],
  ] as const

test.each(Object.entries(syntaxes))('a picture in grey is shown in the range that it names (%s)', async (_, syntax) => {
  const shape = { syntax, bits: 16 as const, signed: true }
  // Of the values that a scanner measures, bone is far lighter than tissue.
  const more = [...window('40', '400'), [0x0028_1052, 'DS', '-1024'], [0x0028_1053, 'DS', '1']] as const
  expect(await greys(dicom({ ...shape, more, pixels: [864, 1_064, 1_264, 2_000] }))).toEqual([0, 128, 255, 255])
})

test('a picture in grey without a range is stretched from black to white; the other way round if it says so', async () => {
  const grey = { bits: 16 as const, signed: true, pixels: [-500, 0, 250, 500] }
  expect(await greys(dicom(grey))).toEqual([0, 128, 191, 255])
  expect(await greys(dicom({ ...grey, colours: 'MONOCHROME1' }))).toEqual([255, 128, 64, 0])
  // The upper four bits hold a drawing over the picture.
  expect(await greys(dicom({ bits: 16, pixels: [0xf000, 0x0800, 0x3fff, 0x0fff] }))).toEqual([0, 128, 255, 255])
})

const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const

test.each(Object.entries(syntaxes))('a picture in colour has its colours (%s)', async (_, syntax) => {
  const shape = { syntax, samples: 3 as const, colours: 'RGB' }
  expect(await pixels(dicom({ ...shape, pixels: colours.flat() }))).toEqual(colours)
  const planes = [0, 1, 2].flatMap((channel) => colours.map((colour) => colour[channel]!))
  expect(await pixels(dicom({ ...shape, planar: true, pixels: planes }))).toEqual(colours)
})

test('a picture of brightness and colours, and one with a palette, have their colours', async () => {
  const shape = { samples: 3 as const, size: [1, 2] as const }
  expect(await pixels(dicom({ ...shape, colours: 'YBR_FULL', pixels: [76, 85, 255, 29, 255, 107] }))).toEqual([
    [254, 0, 0],
    [0, 0, 254],
  ])
  expect(await pixels(dicom({ ...shape, colours: 'YBR_FULL_422', pixels: [76, 150, 85, 255] }))).toEqual([
    [254, 0, 0],
    [255, 74, 74],
  ])
  const palette = [0, 1, 2].flatMap((channel) => [
    [0x0028_1101 + channel, 'US', [4, 10, 16]] as const,
    [0x0028_1201 + channel, 'OW', colours.map((colour) => colour[channel]! * 257)] as const,
  ])
  const more = palette.toSorted(([a], [b]) => a - b)
  expect(await pixels(dicom({ colours: 'PALETTE COLOR', more, pixels: [13, 12, 11, 10] }))).toEqual(
    colours.toReversed(),
  )
})

/** Runs: a segment for each plane, in even lengths, behind their offsets. */
function runs(planes: readonly (readonly number[])[]): Uint8Array {
  const segments = planes.map((plane) => bytes(-1 & 255 & 254, plane[0]!, plane.length - 4, ...plane.slice(3)))
  const padded = segments.map((segment) => bytes(segment, zeros(segment.length % 2)))
  const offsets = padded.map((_, i) => 64 + padded.slice(0, i).reduce((sum, { length }) => sum + length, 0))
  return bytes(u32le(planes.length), ...offsets.map(u32le), zeros(60 - offsets.length * 4), ...padded)
}

test('runs are unrolled, in colour and in grey with 16 bits', async () => {
  const syntax = '1.2.840.10008.1.2.5'
  const row = [colours[0], colours[0], colours[0], colours[1], colours[2]]
  const planes = [0, 1, 2].map((channel) => row.map((colour) => colour[channel]!))
  const shape = { syntax, samples: 3 as const, size: [1, 5] as const, colours: 'RGB' }
  expect(await pixels(dicom({ ...shape, pixels: [runs(planes)] }))).toEqual(row)
  const values = [0, 0, 0, 0x800, 0xfff]
  const grey = runs([values.map((value) => value >> 8), values.map((value) => value & 255)])
  expect(await greys(dicom({ syntax, bits: 16, size: [1, 5], pixels: [grey] }))).toEqual([0, 0, 0, 128, 255])
})

test('of several JPEGs the first is shown, also if it is split', async () => {
  const jpeg = async (background: string) =>
    sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .jpeg({ quality: 95 })
      .toBuffer()
  const [red, blue] = [await jpeg('#f00'), await jpeg('#00f')]
  const syntax = '1.2.840.10008.1.2.4.50'
  const parts = [red.subarray(0, 200), red.subarray(200), blue]
  const found = await decoded(dicom({ syntax, samples: 3, size: [16, 16], colours: 'YBR_FULL_422', pixels: parts }))
  expect([found.width, found.height, ...found.data.subarray(0, 3)]).toEqual([16, 16, 254, 0, 0])
})

test.each([
  ['1.2.840.10008.1.2.4.90', 'JPEG 2000'],
  ['1.2.840.10008.1.2.4.80', 'JPEG-LS'],
  ['1.2.840.10008.1.2.4.70', 'lossless JPEG'],
])('a picture packed in another way (%s) says how', async (syntax, name) =>
  expect(decoded(dicom({ syntax, pixels: [zeros(8)] }))).rejects.toMatchObject({
    code: 'Unsupported',
    message: `its picture is packed as ${name}, which no engine here reads`,
  }),
)

test('a file without a picture says so', async () =>
  expect(decoded(bytes(zeros(128), 'DICM', zeros(0)))).rejects.toMatchObject({
    code: 'Unsupported',
    message: 'there is no picture in it',
  }))

test('noise in a file, and every beginning of it, is no other error', async () => {
  const samples = [
    dicom({ samples: 3, colours: 'RGB', pixels: colours.flat() }),
    dicom({ syntax: '1.2.840.10008.1.2.5', size: [1, 5], pixels: [runs([[0, 0, 0, 1, 2]])] }),
    dicom({ syntax: syntaxes.implicit, bits: 16, pixels: [1, 2, 3, 4] }),
  ]
  const outcome = (content: Uint8Array) =>
    decoded(content).then(
      () => 'shown',
      (err: { code?: string }) => err.code,
    )
  for (const whole of samples) {
    const expected = await pixels(whole)
    for (let length = 0; length < whole.length; length += 9) {
      // Of a list of parts, the mark at its end may be missing.
      const found = await pixels(whole.subarray(0, length)).catch((err: { code?: string }) => err.code)
      expect(['Corrupt', 'Unsupported', expected]).toContainEqual(found)
    }
    for (let seed = 1; seed <= 150; seed++) {
      const noisy = Buffer.from(whole)
      for (let i = 0; i < 4; i++)
        noisy[132 + ((seed * 7_919 + i * 104_729) % (noisy.length - 132))] = (seed * 31 + i * 17) & 255
      expect(['shown', 'Corrupt', 'Unsupported']).toContain(await outcome(noisy))
    }
  }
})

test.skipIf(!corpus)(`the smallest valid file is shown (${NO_CORPUS})`, async () => {
  const { height, width } = await decoded(readFileSync(join(corpus!, 'small/dicom.dcm')))
  expect([width, height]).toEqual([1, 1])
})
