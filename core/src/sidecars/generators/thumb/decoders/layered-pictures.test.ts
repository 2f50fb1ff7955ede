import { deflateSync } from 'node:zlib'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bytes, u16be, u32be, zeros } from '../../../../../testing/file-types/bytes.ts'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { decode } from './decode.ts'

/** The colour and the opacity at the middle of each quarter: upper left, upper right, lower left, lower right. */
async function quarters(content: Uint8Array, mime: string): Promise<number[][]> {
  using temp = createTempDir('layers')
  const path = join(temp.path, 'source')
  writeFileSync(path, content)
  const { channels, data, height, width } = await decode(path, { type: 'image', mime, size: content.length }, 512)
  return [0.25, 0.75].flatMap((y) =>
    [0.25, 0.75].map((x) => {
      const at = (Math.floor(y * height) * width + Math.floor(x * width)) * channels
      return [...data.subarray(at, at + channels)]
    }),
  )
}

interface GimpLayer {
  readonly width?: number
  readonly height?: number
  readonly at?: readonly [x: number, y: number]
  /** Samples of each pixel. */
  readonly colour: readonly number[]
  readonly opacity?: number
  readonly mode?: number
  readonly hidden?: boolean
  readonly path?: readonly number[]
  /** A mask of one value. */
  readonly mask?: number
}

interface GimpPicture {
  readonly version?: number
  readonly baseType?: 0 | 1 | 2
  readonly precision?: number
  readonly compression?: 0 | 1 | 2
  readonly colourMap?: readonly number[]
  /** Writes a sample; else it is one byte. */
  readonly sample?: (value: number) => Uint8Array
}

const [WIDTH, HEIGHT] = [100, 80]

/** A picture as GIMP writes it, the uppermost layer first. */
function gimp(layers: readonly GimpLayer[], picture: GimpPicture = {}): Uint8Array {
  const {
    baseType = 0,
    colourMap,
    compression = 1,
    precision = 150,
    sample = (value) => Uint8Array.of(value),
    version = 11,
  } = picture
  const pointer = (at: number) => (version >= 11 ? bytes(u32be(0), u32be(at)) : u32be(at))
  const pointerBytes = version >= 11 ? 8 : 4
  const property = (type: number, content: Uint8Array) => bytes(u32be(type), u32be(content.length), content)
  const end = property(0, zeros(0))
  const heading = bytes(
    `gimp xcf ${version === 0 ? 'file' : `v${String(version).padStart(3, '0')}`}\0`,
    u32be(WIDTH),
    u32be(HEIGHT),
    u32be(baseType),
    version >= 4 ? u32be(precision) : '',
    property(17, Uint8Array.of(compression)),
    colourMap ? property(1, bytes(u32be(colourMap.length / 3), Uint8Array.from(colourMap))) : '',
    end,
  )
  const parts: Uint8Array[] = []
  let at = heading.length + (layers.length + 2) * pointerBytes
  const put = (part: Uint8Array) => {
    parts.push(part)
    at += part.length
    return at - part.length
  }
  const putPixels = (width: number, height: number, colour: readonly number[]) => {
    const pixel = bytes(...colour.map(sample))
    const tiles: number[] = []
    for (let top = 0; top < height; top += 64)
      for (let left = 0; left < width; left += 64)
        tiles.push(put(packed(pixel, Math.min(64, width - left) * Math.min(64, height - top), compression)))
    const level = put(bytes(u32be(width), u32be(height), ...tiles.map(pointer), pointer(0)))
    return put(bytes(u32be(width), u32be(height), u32be(pixel.length), pointer(level), pointer(0)))
  }
  const pointers = layers.map((layer) => {
    const {
      at: [x, y] = [0, 0],
      colour,
      height = HEIGHT,
      hidden = false,
      mask,
      mode = 28,
      opacity = 255,
      path,
      width = WIDTH,
    } = layer
    const hierarchy = putPixels(width, height, colour)
    const name = bytes(u32be(2), 'a\0')
    const maskAt =
      mask === undefined
        ? 0
        : put(bytes(u32be(width), u32be(height), name, end, pointer(putPixels(width, height, [mask]))))
    return put(
      bytes(
        u32be(width),
        u32be(height),
        u32be(0),
        name,
        property(6, u32be(opacity)),
        property(7, u32be(mode)),
        property(8, u32be(hidden ? 0 : 1)),
        property(15, bytes(u32be(x >>> 0), u32be(y >>> 0))),
        path ? property(30, bytes(...path.map(u32be))) : '',
        end,
        pointer(hierarchy),
        pointer(maskAt),
      ),
    )
  })
  return bytes(heading, ...pointers.map(pointer), pointer(0), pointer(0), ...parts)
}

function packed(pixel: Uint8Array, count: number, compression: number): Uint8Array {
  const whole = bytes(...Array.from({ length: count }, () => pixel))
  if (compression === 0) return whole
  if (compression === 2) return deflateSync(whole)
  // A long run, a short run, and single bytes, of each byte of the pixels.
  const rest = count - 3 - 2
  return bytes(...Array.from(pixel, (byte) => bytes(127, rest >> 8, rest & 255, byte, 2, byte, 254, byte, byte)))
}

const XCF = 'image/x-xcf'
const RED = [255, 0, 0, 255]
const BLUE = [0, 0, 255, 255]
const background: GimpLayer = { colour: [0, 0, 255] }
/** Red at the upper left, and half out of the picture. */
const corner: GimpLayer = { width: 70, height: 60, at: [-20, -20], colour: RED }

test.each([
  ['runs', { compression: 1 }],
  ['zlib', { compression: 2 }],
  ['nothing', { compression: 0 }],
  ['runs, of an older version', { compression: 1, version: 0 }],
  ['zlib, of version 10', { compression: 2, version: 10 }],
] as const)('a GIMP picture packed with %s shows its layers over each other', async (_, picture) => {
  expect(await quarters(gimp([corner, background], picture), XCF)).toEqual([RED, BLUE, BLUE, BLUE])
})

test('hidden layers of a GIMP picture, and the layers in a group, are left out; the group is drawn', async () => {
  const hidden = { colour: [0, 255, 0], hidden: true }
  const inside = { colour: [0, 255, 0], path: [1, 0] }
  const group = { ...corner, path: [1] }
  expect(await quarters(gimp([hidden, inside, group, background]), XCF)).toEqual([RED, BLUE, BLUE, BLUE])
})

test('opacity, masks and ways of mixing of a GIMP picture count', async () => {
  expect(await quarters(gimp([{ ...corner, opacity: 128 }, background]), XCF)).toEqual([
    [128, 0, 127, 255],
    BLUE,
    BLUE,
    BLUE,
  ])
  expect(await quarters(gimp([{ ...corner, mask: 128 }, background]), XCF)).toEqual([
    [128, 0, 127, 255],
    BLUE,
    BLUE,
    BLUE,
  ])
  const over = async (mode: number, colour: readonly number[]) =>
    (await quarters(gimp([{ colour, mode }, { colour: [200, 100, 50] }]), XCF))[0]
  expect(await over(30, [128, 128, 128])).toEqual([100, 50, 25, 255])
  expect(await over(31, [128, 128, 128])).toEqual([228, 178, 153, 255])
  expect(await over(33, [100, 100, 100])).toEqual([255, 200, 150, 255])
  expect(await over(35, [150, 150, 150])).toEqual([150, 100, 50, 255])
  expect(await over(36, [150, 150, 150])).toEqual([200, 150, 150, 255])
  expect(await over(32, [150, 150, 150])).toEqual([50, 50, 100, 255])
})

test('what no layer of a GIMP picture covers is clear', async () => {
  expect(await quarters(gimp([corner]), XCF)).toEqual([RED, [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
})

test('GIMP pictures in grey, with a palette, and of each depth have their colours', async () => {
  const first = async (colour: readonly number[], picture: GimpPicture) =>
    (await quarters(gimp([{ colour }], picture), XCF))[0]
  expect(await first([90], { baseType: 1 })).toEqual([90, 90, 90, 255])
  expect(await first([90, 128], { baseType: 1 })).toEqual([90, 90, 90, 128])
  expect(await first([1], { baseType: 2, colourMap: [9, 9, 9, 40, 80, 120] })).toEqual([40, 80, 120, 255])
  const number = (length: number, write: (to: Buffer, value: number) => void) => (value: number) => {
    const to = Buffer.alloc(length)
    write(to, value)
    return to
  }
  const u16 = number(2, (to, value) => to.writeUInt16BE(value))
  const u32 = number(4, (to, value) => to.writeUInt32BE(value))
  const f32 = number(4, (to, value) => to.writeFloatBE(value))
  expect(await first([0xffff, 0x8080, 0], { version: 12, precision: 250, sample: u16 })).toEqual([255, 128, 0, 255])
  expect(await first([0xffff_ffff, 0x8080_8080, 0], { version: 12, precision: 350, sample: u32 })).toEqual([
    255, 128, 0, 255,
  ])
  // Half of the light is more than half of the signal.
  expect(await first([1, 0.5, 0], { version: 12, precision: 600, sample: f32 })).toEqual([255, 188, 0, 255])
  expect(await first([0x3c00, 0x3800, 0], { version: 12, precision: 500, sample: u16 })).toEqual([255, 188, 0, 255])
  expect(await first([255, 55, 0], { version: 4, precision: 100 })).toEqual([255, 128, 0, 255])
})

interface PhotoshopLayer {
  /** Of the box: top, left, bottom, right. */
  readonly box?: readonly [number, number, number, number]
  /** Red, green, blue, and the opacity if there is any. */
  readonly colour: readonly number[]
  readonly opacity?: number
  readonly blend?: string
  readonly hidden?: boolean
  readonly clipped?: boolean
  /** The first half of its columns is covered. */
  readonly mask?: boolean
  readonly group?: 1 | 3
}

interface PhotoshopDocument {
  readonly large?: boolean
  readonly mode?: 1 | 3
  readonly compression?: 0 | 1 | 2 | 3
}

/** A document that was saved without its merged picture, the lowest layer first. */
function photoshop(layers: readonly PhotoshopLayer[], document: PhotoshopDocument = {}): Uint8Array {
  const { compression = 1, large = false, mode = 3 } = document
  const wide = (value: number) => (large ? bytes(u32be(0), u32be(value)) : u32be(value))
  const channel = (value: number | readonly number[], width: number, height: number) => {
    const row = Uint8Array.from({ length: width }, (_, x) => (typeof value === 'number' ? value : value[x]!))
    const rows = Array.from({ length: height }, () => row)
    if (compression === 0) return bytes(u16be(0), ...rows)
    const differences = Uint8Array.from(row, (each, x) => (each - (x > 0 ? row[x - 1]! : 0)) & 255)
    if (compression === 2) return bytes(u16be(2), deflateSync(bytes(...rows)))
    if (compression === 3) return bytes(u16be(3), deflateSync(bytes(...rows.map(() => differences))))
    // A run where the row is of one value, else single bytes.
    const run = typeof value === 'number' ? bytes(257 - width, value) : bytes(width - 1, row)
    const length = large ? u32be(run.length) : u16be(run.length)
    return bytes(u16be(1), ...rows.map(() => length), ...rows.map(() => run))
  }
  const parts = layers.map((layer) => {
    const { blend = 'norm', box = [0, 0, HEIGHT, WIDTH], clipped, colour, group, hidden, mask, opacity = 255 } = layer
    const [top, left, bottom, right] = box
    const [width, height] = [right - left, bottom - top]
    const half = Array.from({ length: width }, (_, x) => (x < width / 2 ? 0 : 255))
    const channels = [
      ...colour.map(
        (value, i) => [i === colour.length - 1 && i % 2 === 1 ? -1 : i, channel(value, width, height)] as const,
      ),
      ...(mask ? [[-2, channel(half, width, height)] as const] : []),
    ]
    const sides = bytes(...box.map((side) => u32be(side >>> 0)))
    const extras = bytes(
      mask ? bytes(u32be(20), sides, 255, 0, u16be(0)) : u32be(0),
      u32be(0),
      bytes(3, 'abc'),
      group ? bytes('8BIMlsct', u32be(4), u32be(group)) : '',
    )
    const record = bytes(
      sides,
      u16be(channels.length),
      ...channels.map(([id, data]) => bytes(u16be(id & 0xffff), wide(data.length))),
      `8BIM${blend}`,
      opacity,
      clipped ? 1 : 0,
      hidden ? 2 : 0,
      0,
      u32be(extras.length),
      extras,
    )
    return { record, data: bytes(...channels.map(([, data]) => data)) }
  })
  const info = bytes(u16be(layers.length), ...parts.map(({ record }) => record), ...parts.map(({ data }) => data))
  const section = bytes(wide(info.length), info)
  const resource = bytes('8BIM', u16be(1057), u16be(0), u32be(5), u32be(1), 0, 0)
  const sizes = bytes(u32be(HEIGHT), u32be(WIDTH), u16be(8), u16be(mode))
  const head = bytes('8BPS', u16be(large ? 2 : 1), zeros(6), u16be(mode), sizes)
  return bytes(head, u32be(0), u32be(resource.length), resource, wide(section.length), section, u16be(0))
}

const PSD = 'image/vnd.adobe.photoshop'
const ground: PhotoshopLayer = { colour: [0, 0, 255] }
const inCorner: PhotoshopLayer = { box: [-20, -20, 40, 50], colour: RED }

test.each([
  ['as they are', { compression: 0 }],
  ['as runs', { compression: 1 }],
  ['by zip', { compression: 2 }],
  ['by zip, as differences', { compression: 3 }],
  ['as runs, in a large document', { compression: 1, large: true }],
] as const)('a Photoshop document that was saved in layers alone shows them (%s)', async (_, document) => {
  expect(await quarters(photoshop([ground, inCorner], document), PSD)).toEqual([RED, BLUE, BLUE, BLUE])
})

test('layers of a Photoshop document have their opacity, mask and mixing, and hide what is hidden', async () => {
  const corners = async (...layers: PhotoshopLayer[]) => quarters(photoshop(layers), PSD)
  const green = { colour: [0, 255, 0] }
  expect(await corners(ground, { ...inCorner, opacity: 128 })).toEqual([[128, 0, 127, 255], BLUE, BLUE, BLUE])
  expect(await corners(ground, { ...green, mask: true })).toEqual([BLUE, [0, 255, 0, 255], BLUE, [0, 255, 0, 255]])
  expect((await corners({ colour: [200, 100, 50] }, { colour: [128, 128, 128], blend: 'mul ' }))[0]).toEqual([
    100, 50, 25, 255,
  ])
  expect(await corners(ground, inCorner, { ...green, hidden: true })).toEqual([RED, BLUE, BLUE, BLUE])
  expect(await corners(ground, inCorner, { ...green, clipped: true })).toEqual([[0, 255, 0, 255], BLUE, BLUE, BLUE])
  const [lower, upper] = [
    { colour: [], box: [0, 0, 0, 0], group: 3 },
    { colour: [], box: [0, 0, 0, 0], group: 1, hidden: true },
  ] as const
  expect(await corners(ground, inCorner, lower, green, upper)).toEqual([RED, BLUE, BLUE, BLUE])
  expect(await corners(ground, inCorner, lower, green, { ...upper, hidden: false })).toEqual(
    Array.from({ length: 4 }, () => [0, 255, 0, 255]),
  )
  expect((await quarters(photoshop([{ colour: [90] }], { mode: 1 }), PSD))[0]).toEqual([90, 90, 90, 255])
})

test('a Photoshop document whose layers are all hidden says how it can be shown', async () =>
  expect(quarters(photoshop([{ ...ground, hidden: true }]), PSD)).rejects.toMatchObject({
    code: 'Unsupported',
    message: expect.stringContaining('Maximize Compatibility'),
  }))

test.each([
  ['a GIMP picture', XCF, gimp([corner, background], { compression: 2 })],
  ['a Photoshop document', PSD, photoshop([ground, inCorner])],
])('%s that is cut off anywhere is refused as damaged, and noise in it is no other error', async (_, mime, whole) => {
  for (let length = 0; length < whole.length - 20; length += 13)
    await expect(quarters(whole.subarray(0, length), mime)).rejects.toMatchObject({ code: 'Corrupt' })
  for (let seed = 1; seed <= 200; seed++) {
    const noisy = Buffer.from(whole)
    for (let i = 0; i < 4; i++) noisy[(seed * 7_919 + i * 104_729) % noisy.length] = (seed * 31 + i * 17) & 255
    const outcome = await quarters(noisy, mime).then(
      () => 'shown',
      (err: { code?: string }) => err.code,
    )
    expect(['shown', 'Corrupt', 'Unsupported']).toContain(outcome)
  }
})
