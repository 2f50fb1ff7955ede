import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import sharp from 'sharp'
import { afterEach, expect, test, vi } from 'vitest'
import { makePdf } from '../../../../testing/documents/index.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { findProgram } from '../../../util/find-program.ts'
import { decode } from './decoders/decode.ts'

afterEach(() => vi.unstubAllEnvs())

/** Decodes bytes as a file of this format, and returns the colour of a pixel. */
async function decoded(bytes: Uint8Array, mime: string, type: 'image' | 'document' = 'image') {
  using temp = createTempDir('odd')
  const source = join(temp.path, 'source')
  writeFileSync(source, bytes)
  const { data, width, height, channels } = await decode(source, { type, mime, size: bytes.length }, 512)
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * (height - 1)) * width + Math.floor(x * (width - 1))) * channels
    return [...data.subarray(start, start + Math.min(3, channels))]
  }
  return { width, height, at }
}

const drawing = (attributes: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><rect width="100%" height="100%" fill="red"/></svg>`,
  )

test.each([
  ['in percent', 'width="100%" height="100%"', [512, 512]],
  ['in percent, with a view box', 'width="100%" height="50%" viewBox="0 0 200 100"', [200, 100]],
  ['in pixels', 'width="30" height="20"', [30, 20]],
])('SVG with a size %s is drawn', async (_, attributes, size) => {
  for (const [bytes, mime] of [
    [drawing(attributes), 'image/svg+xml'],
    [gzipSync(drawing(attributes)), 'image/svg+xml-compressed'],
  ] as const) {
    const { at, height, width } = await decoded(bytes, mime)
    expect([width, height]).toEqual(size)
    expect(at(0.5, 0.5)).toEqual([255, 0, 0])
  }
})

test('a damaged SVGZ says so', async () =>
  expect(decoded(gzipSync('x').subarray(0, 12), 'image/svg+xml-compressed')).rejects.toMatchObject({ code: 'Corrupt' }))

const blue = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#00f' } })
    .png()
    .toBuffer()

function entry(type: string, data: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1')
  head.writeUInt32BE(data.length + 8, 4)
  return Buffer.concat([head, data])
}

test('of an Apple icon the largest picture is shown', async () => {
  const entries = [entry('TOC ', Buffer.alloc(16)), entry('ic07', await blue(128)), entry('ic08', await blue(256))]
  expect(await decoded(entry('icns', Buffer.concat(entries)), 'image/icns')).toMatchObject({ width: 256, height: 256 })
  await expect(decoded(entry('icns', entry('it32', Buffer.alloc(64))), 'image/icns')).rejects.toMatchObject({
    code: 'Unsupported',
    message: expect.stringContaining('Apple’s own way'),
  })
})

test('an Illustrator drawing is the PDF that it is', async () => {
  const { at } = await decoded(makePdf(['drawing']), 'application/illustrator')
  // The bar at the top of the page.
  expect(at(0.5, 0.01)).toEqual([255, 0, 0])
})

test('EPS shows its preview, or says what would draw it', async () => {
  vi.stubEnv('PATH', '')
  const tiff = await sharp(await blue(40))
    .tiff()
    .toBuffer()
  const drawn = Buffer.from('%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n')
  const head = Buffer.alloc(30)
  head.writeUInt32BE(0xc5d0d3c6, 0)
  for (const [at, value] of [
    [4, 30],
    [8, drawn.length],
    [20, 30 + drawn.length],
    [24, tiff.length],
  ] as const)
    head.writeUInt32LE(value, at)
  const { at, width } = await decoded(Buffer.concat([head, drawn, tiff]), 'image/x-eps')
  expect(width).toBe(40)
  expect(at(0.5, 0.5)[2]).toBeGreaterThan(250)
  const jpeg = await sharp(await blue(20))
    .jpeg()
    .toBuffer()
  const xmp = `%!PS-Adobe-3.0\n<xmpGImg:image>${jpeg.toString('base64')}</xmpGImg:image>\n`
  expect(await decoded(Buffer.from(xmp), 'application/postscript', 'document')).toMatchObject({ width: 20 })
  await expect(decoded(drawn, 'image/x-eps')).rejects.toMatchObject({
    code: 'Unsupported',
    message: 'it has no preview; gs (Ghostscript) on PATH would draw it',
  })
})

/** A TIFF of 16 × 16 pixels with one channel, in one strip. */
function makeTiff(
  strip: Buffer,
  { bits, compression = 1, format }: { bits: number; compression?: number; format: number },
) {
  const tags = [
    [256, 16],
    [257, 16],
    [258, bits],
    [259, compression],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 16],
    [279, strip.length],
    [339, format],
  ] as const
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1')
  head.writeUInt32LE(8 + strip.length, 4)
  const directory = Buffer.alloc(2 + tags.length * 12 + 4)
  directory.writeUInt16LE(tags.length, 0)
  for (const [i, [tag, value]] of tags.entries()) {
    directory.writeUInt16LE(tag, 2 + i * 12)
    directory.writeUInt16LE(4, 4 + i * 12)
    directory.writeUInt32LE(1, 6 + i * 12)
    directory.writeUInt32LE(value, 10 + i * 12)
  }
  return Buffer.concat([head, strip, directory])
}

const floats = (of: (i: number) => number) => Buffer.from(Float32Array.from({ length: 256 }, (_, i) => of(i)).buffer)

test('TIFF with floating-point numbers is not black: light gets the curve of a screen, heights are stretched', async () => {
  const light = await decoded(
    makeTiff(
      floats((i) => i / 255),
      { bits: 32, format: 3 },
    ),
    'image/tiff',
  )
  expect(light.at(0, 0)[0]).toBe(0)
  expect(light.at(1, 1)[0]).toBe(255)
  // A fifth of the light is half of the signal.
  expect(light.at(0.5, 0.2)[0]).toBeGreaterThan(110)
  const heights = await decoded(
    makeTiff(
      floats((i) => 500 + i * 4),
      { bits: 32, format: 3 },
    ),
    'image/tiff',
  )
  expect([heights.at(0, 0)[0], heights.at(1, 1)[0]]).toEqual([0, 255])
})

test('TIFF with Zstandard is read', async () => {
  const strip = zstdCompressSync(Buffer.alloc(256, 120))
  const { at } = await decoded(makeTiff(strip, { bits: 8, compression: 50_000, format: 1 }), 'image/tiff')
  expect(at(0.5, 0.5)[0]).toBe(120)
  const damaged = makeTiff(Buffer.from('no zstd'), { bits: 8, compression: 50_000, format: 1 })
  await expect(decoded(damaged, 'image/tiff')).rejects.toMatchObject({ code: 'Corrupt' })
})

test('TIFF in a compression that nothing here reads says so, and is not black', async () => {
  vi.stubEnv('PATH', '')
  const tiff = makeTiff(Buffer.alloc(64, 7), { bits: 8, compression: 34_925, format: 1 })
  await expect(decoded(tiff, 'image/tiff')).rejects.toMatchObject({
    code: 'Unsupported',
    message: 'no engine here reads its compression; ffmpeg on PATH may',
  })
})

test.skipIf(!findProgram('gs'))(
  'EPS and PostScript without a preview are drawn (by gs, which is not on PATH)',
  async () => {
    const eps = [
      '%!PS-Adobe-3.0 EPSF-3.0',
      '%%BoundingBox: 0 0 100 50',
      '1 0 0 setrgbcolor 0 0 50 50 rectfill',
      '0 0 1 setrgbcolor 50 0 50 50 rectfill',
      'showpage',
      '%%EOF',
    ].join('\n')
    for (const mime of ['image/x-eps', 'application/postscript']) {
      const { at, height, width } = await decoded(Buffer.from(eps), mime, 'document')
      expect([width, height]).toEqual([200, 100])
      expect([at(0.2, 0.5), at(0.8, 0.5)]).toEqual([
        [255, 0, 0],
        [0, 0, 255],
      ])
    }
  },
)

test.skipIf(!findProgram('gs'))('a drawing for gs (which is not on PATH) opens no other file', async () => {
  const open = (path: string) =>
    Buffer.from(`%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n(${path}) (r) file closefile showpage\n`)
  await expect(decoded(open(import.meta.filename), 'image/x-eps')).rejects.toMatchObject({
    code: 'Unsupported',
    message: 'gs cannot draw it, and it has no preview',
  })
})

test.skipIf(!findProgram('ffmpeg'))('TIFF with LZMA is read (by ffmpeg, which is not on PATH)', async () => {
  // As liblzma has packed 128 bytes of 200 and 128 bytes of 40.
  const strip = Buffer.from(
    '/Td6WFoAAAD/EtlBAgAhARYAAAB0L+Wj4AD/AAldAGRu1ijdmNgqYAAAAAAAAR2AAgAAAIG98meoAAr8AgAAAAAAWVo=',
    'base64',
  )
  const { at, height, width } = await decoded(
    makeTiff(strip, { bits: 8, compression: 34_925, format: 1 }),
    'image/tiff',
  )
  expect([width, height]).toEqual([16, 16])
  expect([at(0.5, 0.1)[0], at(0.5, 0.9)[0]]).toEqual([200, 40])
})
