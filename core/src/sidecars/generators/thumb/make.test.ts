import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { PLAIN_REQUEST } from '../../processes/test/plain-request.ts'
import { make } from './make.ts'
import { type Variant, variants } from './variants.ts'

/** Left half red, right half blue, and a green strip at the top: any turn and any mirroring shows. */
async function flag(width = 900, height = 600): Promise<Buffer> {
  const half = { width: width / 2, height, channels: 3 as const }
  const red = await sharp({ create: { ...half, background: '#f00' } })
    .png()
    .toBuffer()
  const blue = await sharp({ create: { ...half, background: '#00f' } })
    .png()
    .toBuffer()
  const green = await sharp({ create: { width, height: height / 6, channels: 3, background: '#0f0' } })
    .png()
    .toBuffer()
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .composite([
      { input: red, left: 0, top: 0 },
      { input: blue, left: width / 2, top: 0 },
      { input: green, left: 0, top: 0 },
    ])
    .png()
    .toBuffer()
}

async function thumbnail(
  bytes: Uint8Array,
  mime: string,
  variantNames: Variant[] = ['grid@2x'],
  settings: unknown = null,
) {
  using temp = createTempDir('thumb')
  const source = join(temp.path, 'source')
  writeFileSync(source, bytes)
  const outputs = variantNames.map((variant) => ({ variant, format: 'webp', path: join(temp.path, `${variant}.webp`) }))
  const made = await make({
    ...PLAIN_REQUEST,
    settings,
    source,
    content: { type: 'image', mime, size: bytes.length },
    outputs,
  })
  const pictures = []
  for (const { path } of outputs) {
    const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    pictures.push({ width: info.width, height: info.height, data, bytes: statSync(path).size })
  }
  return { ...made, pictures }
}

test('the quality of each family of sizes is a setting', async () => {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 }
  const picture = await sharp({ create: { width: 600, height: 400, channels: 3, background: '#000', noise } })
    .png()
    .toBuffer()
  const sizes: Variant[] = ['icon@1x', 'grid@2x']
  const usual = await thumbnail(picture, 'image/png', sizes)
  const same = { iconQuality: 80, gridQuality: 85, detailQuality: 90 }
  const low = await thumbnail(picture, 'image/png', sizes, { ...same, gridQuality: 10 })
  const bytes = ({ pictures }: typeof usual) => pictures.map((each) => each.bytes)
  expect(bytes(await thumbnail(picture, 'image/png', sizes, same))).toEqual(bytes(usual))
  expect(bytes(low)[0]).toBe(bytes(usual)[0])
  expect(bytes(low)[1]!).toBeLessThan(bytes(usual)[1]! / 2)
})

/** The main colour at a place given in parts of width and height. */
function colourAt({ data, width, height }: { data: Buffer; width: number; height: number }, x: number, y: number) {
  const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 4
  const [r, g, b, a] = data.subarray(at, at + 4)
  if (a! < 128) return 'clear'
  if (r! > 150 && g! < 100 && b! < 100) return 'red'
  if (b! > 150 && r! < 100 && g! < 100) return 'blue'
  if (g! > 150 && r! < 100 && b! < 100) return 'green'
  return `${r},${g},${b}`
}

test('all sizes come from one picture, the longer side as asked, and none is enlarged', async () => {
  const { pictures } = await thumbnail(await flag(900, 600), 'image/png', ['icon@1x', 'detail@1x', 'grid@2x'])
  expect(pictures.map(({ width, height }) => [width, height])).toEqual([
    [128, 85],
    [900, 600],
    [512, 341],
  ])
})

test('every size that can be asked for, of a picture larger than all', async () => {
  const large = sharp({ create: { width: 3_000, height: 1_500, channels: 3, background: '#0f0' } })
  const names = Object.keys(variants) as Variant[]
  const { pictures } = await thumbnail(await large.jpeg().toBuffer(), 'image/jpeg', names)
  expect(Object.fromEntries(names.map((name, i) => [name, [pictures[i]!.width, pictures[i]!.height]]))).toEqual({
    'icon@1x': [128, 64],
    'icon@2x': [256, 128],
    'grid@1x': [256, 128],
    'grid@2x': [512, 256],
    'grid@3x': [768, 384],
    'detail@1x': [1_024, 512],
    'detail@2x': [2_048, 1_024],
  })
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('a photo with the EXIF orientation %i is shown upright', async (orientation) => {
  // What a camera stores that was held so: the upright picture, transformed by the inverse.
  const inverse = {
    1: (s: Sharp) => s,
    2: (s: Sharp) => s.flop(),
    3: (s: Sharp) => s.rotate(180),
    4: (s: Sharp) => s.flip(),
    5: async (s: Sharp) => sharp(await s.rotate(270).png().toBuffer()).flip(),
    6: (s: Sharp) => s.rotate(270),
    7: async (s: Sharp) => sharp(await s.rotate(90).png().toBuffer()).flip(),
    8: (s: Sharp) => s.rotate(90),
  }[orientation]!
  const stored = await inverse(sharp(await flag()))
  const photo = await stored.jpeg().withMetadata({ orientation }).toBuffer()
  const { pictures } = await thumbnail(photo, 'image/jpeg')
  const [picture] = pictures
  expect([picture!.width, picture!.height]).toEqual([512, 341])
  expect([colourAt(picture!, 0.2, 0.6), colourAt(picture!, 0.8, 0.6), colourAt(picture!, 0.5, 0.05)]).toEqual([
    'red',
    'blue',
    'green',
  ])
})

describe('formats', () => {
  test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('%s', async (format) => {
    const bytes = await sharp(await flag())
      .toFormat(format)
      .toBuffer()
    const { pictures, engine } = await thumbnail(bytes, `image/${format}`)
    expect(colourAt(pictures[0]!, 0.2, 0.6)).toBe('red')
    expect(engine.name).toBe('sharp')
  })

  test('an SVG, which cannot draw other files into itself', async () => {
    using temp = createTempDir('svg')
    const secret = join(temp.path, 'secret.png')
    writeFileSync(secret, await flag())
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="100">
      <rect width="200" height="100" fill="#00f"/><image xlink:href="file://${secret}" width="200" height="100"/></svg>`
    const { pictures } = await thumbnail(Buffer.from(svg), 'image/svg+xml')
    expect(colourAt(pictures[0]!, 0.2, 0.6)).toBe('blue')
  })

  test('transparent parts stay transparent', async () => {
    const clear = sharp({
      create: { width: 64, height: 64, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    })
    const { pictures } = await thumbnail(await clear.png().toBuffer(), 'image/png')
    expect(colourAt(pictures[0]!, 0.5, 0.5)).toBe('clear')
  })
})

test('what stands for the picture before it is there, and its main colour', async () => {
  const { findings } = await thumbnail(
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#2040c0' } })
      .jpeg()
      .toBuffer(),
    'image/jpeg',
  )
  expect(findings!.thumbhash!.length).toBeGreaterThan(4)
  const colour = findings!.colour!
  const distance = [16, 8, 0].map((shift) => Math.abs(((colour >> shift) & 255) - ((0x2040c0 >> shift) & 255)))
  expect(Math.max(...distance)).toBeLessThan(16)
})

test.each([
  ['nothing', new Uint8Array()],
  ['noise', Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 251)],
  ['the beginning of a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
])('%s is refused', async (_, bytes) => {
  await expect(thumbnail(bytes, 'image/png')).rejects.toBeInstanceOf(Error)
})

test('the half of a photo is better than none', async () => {
  const whole = await sharp(await flag())
    .jpeg()
    .toBuffer()
  const { pictures } = await thumbnail(whole.subarray(0, whole.length * 0.9), 'image/jpeg')
  expect(colourAt(pictures[0]!, 0.2, 0.3)).toBe('red')
})
