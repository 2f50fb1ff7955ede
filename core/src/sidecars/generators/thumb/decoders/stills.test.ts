import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { decode } from './decode.ts'
import type { Picture } from './picture.ts'

/** Decodes bytes as a file of a format. */
async function decoded(bytes: Uint8Array, mime: string, side = 256): Promise<Picture> {
  using temp = createTempDir('stills')
  const source = join(temp.path, 'source')
  writeFileSync(source, bytes)
  return await decode(source, { type: 'image', mime, size: bytes.length }, side)
}

/** All its pixels, as text: two rows of `r,g,b,a`. */
async function pixels(picture: Picture): Promise<string[]> {
  const { data, width, height, channels } = picture
  const rgba = await sharp(data, { raw: { width, height, channels } })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer()
  return Array.from({ length: width * height }, (_, i) => rgba.subarray(i * 4, i * 4 + 4).join())
}

const RED = '255,0,0,255'
const GREEN = '0,255,0,255'
const BLUE = '0,0,255,255'
const WHITE = '255,255,255,255'
const BLACK = '0,0,0,255'

const u16 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value & 255, value >> 8])))
const u32 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer)))
const b16 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])))
const b32 = (...values: number[]) => Buffer.concat(values.map((value) => u32(value).toReversed()))
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

interface Bitmap {
  readonly bits: number
  readonly compression?: number
  readonly table?: Buffer
  readonly pixels: Buffer
  readonly height?: number
}

function bitmapInfo({ bits, compression = 0, table = Buffer.alloc(0), pixels: body, height = 2 }: Bitmap): Buffer {
  const used = bits <= 8 ? table.length / 4 : 0
  return Buffer.concat([u32(40, 2, height), u16(1, bits), u32(compression, body.length, 0, 0, used, 0), table, body])
}

function bitmapFile(bitmap: Bitmap): Buffer {
  const info = bitmapInfo(bitmap)
  const at = 14 + info.length - bitmap.pixels.length
  return Buffer.concat([Buffer.from('BM'), u32(14 + info.length, 0, at), info])
}

describe('Windows bitmaps', () => {
  const table = hex('0000ff00 00ff0000 ff000000 ffffff00')
  // Rows from the bottom: blue, white; above it red, green.
  const upright = [RED, GREEN, BLUE, WHITE]
  test.each<[string, Bitmap]>([
    ['24 bits', { bits: 24, pixels: hex('ff0000 ffffff 0000 0000ff 00ff00 0000') }],
    ['32 bits without alpha', { bits: 32, pixels: hex('ff000000 ffffff00 0000ff00 00ff0000') }],
    ['16 bits', { bits: 16, pixels: u16(0x1f, 0x7fff, 0x7c00, 0x3e0) }],
    ['masks', { bits: 16, compression: 3, table: u32(0xf800, 0x7e0, 0x1f), pixels: u16(0x1f, 0xffff, 0xf800, 0x7e0) }],
    ['8 bits', { bits: 8, table, pixels: hex('02030000 00010000') }],
    ['4 bits', { bits: 4, table, pixels: hex('23000000 01000000') }],
    ['runs', { bits: 8, compression: 1, table, pixels: hex('0102 0103 0000 0002 0001 0001') }],
    ['runs of 4 bits', { bits: 4, compression: 2, table, pixels: hex('0223 0000 0201 0001') }],
  ])('%s', async (name, bitmap) => {
    const found = await pixels(await decoded(bitmapFile(bitmap), 'image/bmp'))
    // Two pixels in a delta are skipped: they have the first colour.
    expect(found).toEqual(name === 'runs' ? [RED, RED, BLUE, WHITE] : upright)
  })

  test('rows from the top, and alpha where any pixel has it', async () => {
    const topDown = { bits: 32, height: -2, pixels: hex('0000ffff 00ff00ff ff0000ff ffffff00') }
    expect(await pixels(await decoded(bitmapFile(topDown), 'image/bmp'))).toEqual([RED, GREEN, BLUE, '255,255,255,0'])
  })

  test('an icon: its largest picture, clear where its mask says so', async () => {
    const small = bitmapInfo({ bits: 24, height: 2, pixels: hex('000000 000000 0000 00000000') })
    const large = bitmapInfo({
      bits: 24,
      height: 4,
      pixels: hex('ff0000 ffffff 0000 0000ff 00ff00 0000 40000000 00000000'),
    })
    const entry = (width: number, length: number, offset: number) =>
      Buffer.concat([Buffer.from([width, width, 0, 0]), u16(1, 24), u32(length, offset)])
    const at = 6 + 32
    const head = Buffer.concat([u16(0, 1, 2), entry(1, small.length, at), entry(2, large.length, at + small.length)])
    const icon = Buffer.concat([head, small, large])
    const found = await pixels(await decoded(icon, 'image/vnd.microsoft.icon'))
    expect(found).toEqual([RED, GREEN, BLUE, '255,255,255,0'])
    const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#0f0' } })
      .png()
      .toBuffer()
    const modern = Buffer.concat([u16(0, 1, 1), entry(0, png.length, 22), png])
    expect(await pixels(await decoded(modern, 'image/vnd.microsoft.icon'))).toEqual([GREEN, GREEN, GREEN, GREEN])
  })

  test.each([
    ['nothing', ''],
    ['a head', '424d'],
    ['half a head', '424d00000000000000003600000028000000'],
  ])('%s alone is refused', async (_, bytes) => {
    await expect(decoded(hex(bytes), 'image/bmp')).rejects.toMatchObject({ code: 'Corrupt' })
  })
})

describe('portable maps', () => {
  test.each([
    ['P1\n# comment\n2 2\n1 0\n01\n', 'image/x-portable-bitmap', [BLACK, WHITE, WHITE, BLACK]],
    ['P2 2 2 3 3 0 0 3', 'image/x-portable-graymap', [WHITE, BLACK, BLACK, WHITE]],
    ['P3\n2 2\n1\n1 0 0 0 1 0\n0 0 1 1 1 1\n', 'image/x-portable-pixmap', [RED, GREEN, BLUE, WHITE]],
    ['P4\n2 2\n\x80\x40', 'image/x-portable-bitmap', [BLACK, WHITE, WHITE, BLACK]],
    ['P5 2 2 255\n\xff\x00\x00\xff', 'image/x-portable-graymap', [WHITE, BLACK, BLACK, WHITE]],
    ['P6 1 2 255\n\xff\x00\x00\x00\x00\xff', 'image/x-portable-pixmap', [RED, BLUE]],
  ])('%j', async (text, mime, expected) => {
    expect(await pixels(await decoded(Buffer.from(text, 'latin1'), mime))).toEqual(expected)
  })
})

describe('Photoshop documents', () => {
  const head = (mode: number, channels: number, depth = 8) =>
    Buffer.concat([Buffer.from('8BPS'), b16(1), Buffer.alloc(6), b16(channels), b32(2, 2), b16(depth, mode)])
  const none = b32(0)

  test('colours that lie channel by channel, packed and not, and 16 bits of them', async () => {
    const planes = hex('ff0000ff 00ff00ff 0000ffff')
    const plain = Buffer.concat([head(3, 3), none, none, none, b16(0), planes])
    expect(await pixels(await decoded(plain, 'image/vnd.adobe.photoshop'))).toEqual([RED, GREEN, BLUE, WHITE])
    const rows = ['01ff00', '0100ff', '0100ff', '0100ff', 'ff00', 'ffff'].map(hex)
    const packed = Buffer.concat([head(3, 3), none, none, none, b16(1, ...rows.map(({ length }) => length)), ...rows])
    expect(await pixels(await decoded(packed, 'image/vnd.adobe.photoshop'))).toEqual([RED, GREEN, BLUE, WHITE])
    const deep = Buffer.concat([
      head(3, 3, 16),
      none,
      none,
      none,
      b16(0),
      Buffer.from([...planes].flatMap((v) => [v, v])),
    ])
    expect(await pixels(await decoded(deep, 'image/vnd.adobe.photoshop'))).toEqual([RED, GREEN, BLUE, WHITE])
  })

  test('what is clear, where the layers say so', async () => {
    const layers = Buffer.concat([b32(6), b32(2), b16(0xffff)])
    const planes = hex('ffffffff 00000000 00000000 ff00ff00')
    const document = Buffer.concat([head(3, 4), none, none, layers, b16(0), planes])
    const clear = '255,0,0,0'
    expect(await pixels(await decoded(document, 'image/vnd.adobe.photoshop'))).toEqual([RED, clear, RED, clear])
  })

  test('inks', async () => {
    // Kept the other way round: 255 is none of it. White, and black.
    const planes = hex('ff00ff00 ff00ff00 ff00ff00 ff00ff00')
    const document = Buffer.concat([head(4, 4), none, none, none, b16(0), planes])
    const found = await pixels(await decoded(document, 'image/vnd.adobe.photoshop'))
    const brightness = found.map((pixel) => Number(pixel.split(',')[0]))
    expect(brightness[0]).toBeGreaterThan(240)
    expect(brightness[1]).toBeLessThan(50)
  })

  test('one that was saved in layers alone says how it can be shown', async () => {
    const resource = Buffer.concat([Buffer.from('8BIM'), b16(1057), b16(0), b32(5), b32(1), Buffer.from([0, 0])])
    const document = Buffer.concat([head(3, 3), none, b32(resource.length), resource, none, b16(0), Buffer.alloc(12)])
    await expect(decoded(document, 'image/vnd.adobe.photoshop')).rejects.toMatchObject({
      code: 'Unsupported',
      message: expect.stringContaining('Maximize Compatibility'),
    })
  })
})

describe('raw photos', () => {
  /** A TIFF whose second directory has a JPEG, as cameras write it. */
  async function rawPhoto(orientation: number): Promise<Buffer> {
    const [width, height] = [120, 80]
    const noise = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (i * 7_919) % 60))
    const left = await sharp({ create: { width: 60, height, channels: 3, background: '#f00' } })
      .png()
      .toBuffer()
    const jpeg = await sharp(noise, { raw: { width, height, channels: 3 } })
      .composite([{ input: left, left: 0, top: 0 }])
      .jpeg({ quality: 95 })
      .toBuffer()
    const entry = (tag: number, type: number, value: number) => Buffer.concat([u16(tag, type), u32(1, value)])
    const first = Buffer.concat([u16(2), entry(0x112, 3, orientation), entry(0x14a, 4, 38), u32(0)])
    const second = Buffer.concat([u16(2), entry(0x201, 4, 68), entry(0x202, 4, jpeg.length), u32(0)])
    return Buffer.concat([Buffer.from('II*\0'), u32(8), first, second, jpeg])
  }

  test.each([
    [1, 120, 80, [0.1, 0.5]],
    [3, 120, 80, [0.9, 0.5]],
    [6, 80, 120, [0.5, 0.1]],
    [8, 80, 120, [0.5, 0.9]],
    [2, 120, 80, [0.9, 0.5]],
    [5, 80, 120, [0.5, 0.1]],
    [7, 80, 120, [0.5, 0.9]],
  ])('the picture in it, turned as the camera was held (%i)', async (orientation, width, height, red) => {
    const picture = await decoded(await rawPhoto(orientation), 'image/x-nikon-nef')
    expect([picture.width, picture.height]).toEqual([width, height])
    const at = (Math.floor(red[1]! * height) * width + Math.floor(red[0]! * width)) * picture.channels
    expect(picture.data[at]).toBeGreaterThan(200)
  })
})

describe('colours', () => {
  test('Display P3, and inks, are turned into sRGB', async () => {
    const green = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 0, g: 200, b: 0 } } })
      .withIccProfile('p3')
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const [pixel] = await pixels(await decoded(green, 'image/jpeg'))
    const distance = pixel!.split(',').map((value, i) => Math.abs(Number(value) - [0, 200, 0, 255][i]!))
    expect(Math.max(...distance)).toBeLessThan(12)
    const inks = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c02020' } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer()
    expect((await sharp(inks).metadata()).space).toBe('cmyk')
    const [red, greenPart] = (await pixels(await decoded(inks, 'image/jpeg')))[0]!.split(',').map(Number)
    expect(red).toBeGreaterThan(greenPart! + 80)
  })

  test('of a picture that moves, the first is shown', async () => {
    const frames = await Promise.all(
      ['#f00', '#00f'].map((background) =>
        sharp({ create: { width: 8, height: 8, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    const picture = await decoded(moving, 'image/gif')
    expect([picture.width, picture.height, (await pixels(picture))[0]]).toEqual([8, 8, RED])
  })
})

describe('pictures that would take all memory or time are refused', () => {
  /** The head of a PNG and the beginning of its pixels, with the sums that libpng looks at first. */
  function pngHead(width: number, height: number): Buffer {
    const chunk = (name: string, data: Buffer) => {
      const body = Buffer.concat([Buffer.from(name), data])
      return Buffer.concat([b32(data.length), body, b32(crc32(body))])
    }
    const head = chunk('IHDR', Buffer.concat([b32(width, height), hex('0802000000')]))
    return Buffer.concat([hex('89504e470d0a1a0a'), head, chunk('IDAT', hex('789c'))])
  }

  test('50,000 × 50,000 pixels', async () => {
    await expect(decoded(pngHead(50_000, 50_000), 'image/png')).rejects.toMatchObject({
      code: 'Unsupported',
      message: expect.stringContaining('pixels'),
    })
    const psd = Buffer.concat([Buffer.from('8BPS'), b16(1), Buffer.alloc(6), b16(3), b32(50_000, 50_000), b16(8, 3)])
    await expect(decoded(psd, 'image/vnd.adobe.photoshop')).rejects.toMatchObject({ code: 'Unsupported' })
    const bmp = Buffer.concat([Buffer.from('BM'), u32(54, 0, 54, 40, 50_000, 50_000), u16(1, 24), Buffer.alloc(24)])
    await expect(decoded(bmp, 'image/bmp')).rejects.toMatchObject({ code: 'Unsupported' })
    const ppm = Buffer.from('P6 50000 50000 255\n')
    await expect(decoded(ppm, 'image/x-portable-pixmap')).rejects.toMatchObject({ code: 'Unsupported' })
  })

  test('an SVG of entities that grow without end', async () => {
    const entities = Array.from({ length: 12 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`)
    const svg = `<!DOCTYPE svg [<!ENTITY e0 "x">${entities.join('')}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&e12;</text></svg>`
    await expect(decoded(Buffer.from(svg), 'image/svg+xml')).rejects.toThrow(/entit|xml|svg/i)
  })
})
