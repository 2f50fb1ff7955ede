import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { box, bytes, u16be, u32be, zeros } from '../../../../testing/file-types/bytes.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { findProgram } from '../../../util/find-program.ts'
import { openEmbeddedFilm } from '../film/embedded-film.ts'
import { frameByFfmpeg } from './decoders/ffmpeg.ts'
import { decode } from './decoders/decode.ts'
import { HeifItems } from './decoders/heif/heif-items.ts'
import type { Picture } from './decoders/picture.ts'
import { BT_601 } from './decoders/planes.ts'

const ffmpeg = findProgram('ffmpeg')

/** The colours at the left and at the right. */
function sides({ channels, data, height, width }: Picture): number[][] {
  return [0.2, 0.8].map((x) => {
    const at = (Math.floor(height / 2) * width + Math.floor(x * width)) * channels
    return [...data.subarray(at, at + 3)]
  })
}

/** Values that coding may change this much. */
const about = (...values: number[]) =>
  values.map((value) => expect.toSatisfy((each: number) => Math.abs(each - value) <= 30) as number)

/** SMPTE ST 2084 and ITU-R BT.2100: the stored value of light, of which 1 is white paper (203 cd/m²). */
const curves = {
  pq(light: number): number {
    const power = ((light * 203) / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
  },
  hlg(light: number): number {
    const scene = ((light * 203) / 1_000) ** (1 / 1.2)
    return scene <= 1 / 12 ? Math.sqrt(3 * scene) : 0.17883277 * Math.log(12 * scene - 0.28466892) + 0.55991073
  },
}
type Curve = keyof typeof curves
const transfers = { pq: { number: 16, name: 'smpte2084' }, hlg: { number: 18, name: 'arib-std-b67' } }

/** White paper, which is not the brightest light, and the red of sRGB, as BT.2020 has it. */
const lights = { white: [1, 1, 1], red: [0.6274, 0.0691, 0.0164] } as const

/** As a screen shows them: white paper leaves room for light that is brighter. */
const shown = [about(225, 225, 225), about(225, 0, 0)]

function coded(curve: Curve, light: readonly number[]): number[] {
  return light.map((each) => Math.round(255 * curves[curve](each)))
}

test.each(['pq', 'hlg'] as const)(
  'an AVIF of high dynamic range (%s) is neither black nor washed out',
  async (curve) => {
    using temp = createTempDir('colours')
    const [white, red] = [coded(curve, lights.white), coded(curve, lights.red)]
    const row = [...Array.from({ length: 32 }, () => white), ...Array.from({ length: 32 }, () => red)].flat()
    const raw = { width: 64, height: 48, channels: 3 } as const
    const pixels = sharp(Buffer.from(Array.from({ length: raw.height }, () => row).flat()), { raw })
    const avif = await pixels.avif({ quality: 90, chromaSubsampling: '4:4:4', effort: 0 }).toBuffer()
    const items = new HeifItems(avif)
    const config = box('av1C', items.property(items.primary, 'av1C')!)
    const path = join(temp.path, 'a.avif')
    const colours = colourBox(curve, { matrix: BT_601, full: true })
    writeFileSync(path, heif('avif', 'av01', { ...raw, config, colours, data: items.bytes(items.primary) }))
    expect(sides(await decode(path, { type: 'image', mime: 'image/avif', size: 1 }, 64))).toEqual(shown)
  },
)

/** The colours of BT.2020 by numbers (ITU-T H.273). */
function colourBox(curve: Curve, { matrix, full }: { matrix: number; full: boolean }): Uint8Array {
  return box('colr', 'nclx', u16be(9), u16be(transfers[curve].number), u16be(matrix), full ? 0x80 : 0)
}

interface Item {
  readonly width: number
  readonly height: number
  readonly config: Uint8Array
  readonly colours: Uint8Array
  readonly data: Uint8Array
}

/** A HEIF with one picture. */
function heif(brand: string, type: string, { width, height, config, colours, data }: Item): Uint8Array {
  const properties = [config, box('ispe', u32be(0), u32be(width), u32be(height)), colours]
  const meta = (at: number) =>
    box(
      'meta',
      u32be(0),
      box('hdlr', u32be(0), u32be(0), 'pict', zeros(13)),
      box('pitm', u32be(0), u16be(1)),
      box('iinf', u32be(0), u16be(1), box('infe', u32be(0x0200_0000), u16be(1), u16be(0), type, 0)),
      box('iloc', u32be(0), 0x44, 0, u16be(1), u16be(1), u16be(0), u16be(1), u32be(at), u32be(data.length)),
      box('iprp', box('ipco', ...properties), box('ipma', u32be(0), u32be(1), u16be(1), 3, 0x81, 2, 3)),
    )
  const heading = box('ftyp', brand, u32be(0), `mif1${brand}`)
  return bytes(heading, meta(heading.length + meta(0).length + 8), box('mdat', data))
}

test('an AVIF in sRGB keeps its colours', async () => {
  using temp = createTempDir('colours')
  const path = join(temp.path, 'a.avif')
  const create = { width: 64, height: 48, channels: 3, background: '#8060c0' } as const
  writeFileSync(path, await sharp({ create }).avif({ quality: 90, effort: 0 }).toBuffer())
  const found = await decode(path, { type: 'image', mime: 'image/avif', size: 1 }, 64)
  expect(sides(found)).toEqual([about(128, 96, 192), about(128, 96, 192)])
})

function make(path: string, sources: readonly [left: string, right: string], ...args: string[]): void {
  const stripe = (colour: string) => `color=${colour}:size=160x180:rate=10:duration=2`
  const flag = `${stripe(sources[0])}[l];${stripe(sources[1])}[r];[l][r]hstack`
  execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', flag, '-g', '5', ...args, path], {
    stdio: 'ignore',
  })
}

const hexOf = (colour: readonly number[]) => `0x${Buffer.from(colour).toString('hex')}`

function highRange(path: string, curve: Curve, ...codec: string[]): void {
  const sources = [hexOf(coded(curve, lights.white)), hexOf(coded(curve, lights.red))] as const
  const told = ['-color_primaries', 'bt2020', '-color_trc', transfers[curve].name, '-colorspace', 'bt2020nc']
  make(path, sources, ...codec, '-vf', 'scale=out_color_matrix=bt2020nc:out_range=tv', ...told)
}

/** A film of HEVC with ten bits. */
function hevc(path: string, curve: Curve): void {
  const x265 = `log-level=none:colorprim=bt2020:transfer=${transfers[curve].name}:colormatrix=bt2020nc`
  highRange(path, curve, '-c:v', 'libx265', '-pix_fmt', 'yuv420p10le', '-tag:v', 'hvc1', '-x265-params', x265)
}

/** The first picture of a film as an HEIC that states its colours by numbers. */
async function heicOf(path: string, curve: Curve): Promise<Uint8Array> {
  using film = await openEmbeddedFilm(path)
  const packet = (await film!.sink.getFirstKeyPacket())!
  const config = box('hvcC', film!.config.description!)
  const colours = colourBox(curve, { matrix: 9, full: false })
  return heif('heic', 'hvc1', { width: 320, height: 180, config, colours, data: packet.data })
}

const film = { type: 'video', mime: 'video/mp4', size: 1 } as const

describe.skipIf(!ffmpeg)('made by ffmpeg, which is not on PATH', () => {
  test.each(['pq', 'hlg'] as const)(
    'an HEIC of high dynamic range (%s) is neither black nor washed out',
    async (curve) => {
      using temp = createTempDir('colours')
      const path = join(temp.path, 'a.mp4')
      hevc(path, curve)
      const heic = join(temp.path, 'a.heic')
      writeFileSync(heic, await heicOf(path, curve))
      expect(sides(await decode(heic, { type: 'image', mime: 'image/heic', size: 1 }, 128))).toEqual(shown)
    },
  )

  test.each(['pq', 'hlg'] as const)(
    'films of high dynamic range (%s) are mapped, by both engines alike',
    async (curve) => {
      using temp = createTempDir('colours')
      const [main, web, other] = ['a.mp4', 'a.webm', 'a.mov'].map((name) => join(temp.path, name))
      hevc(main!, curve)
      const vp9 = ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuv420p10le', '-profile:v', '2', '-deadline', 'realtime']
      highRange(web!, curve, ...vp9, '-cpu-used', '8')
      highRange(other!, curve, '-c:v', 'dnxhd', '-profile:v', 'dnxhr_hqx', '-pix_fmt', 'yuv422p10le')
      for (const [path, engine] of [
        [main, 'node-webcodecs'],
        [web, 'node-webcodecs'],
        [other, 'ffmpeg'],
      ] as const) {
        const picture = await decode(path!, film, 128)
        expect([engine, ...sides(picture)]).toEqual([picture.engine.name, ...shown])
      }
      expect(sides((await frameByFfmpeg(main!, 128))!)).toEqual(shown)
    },
  )

  const purple = about(128, 64, 192)
  const sand = about(200, 180, 90)

  test.each([
    ['RGB in H.264', 'a.mp4', 'node-webcodecs', ['-c:v', 'libx264rgb', '-crf', '10']],
    [
      'RGB in H.265',
      'a.mp4',
      'node-webcodecs',
      ['-c:v', 'libx265', '-pix_fmt', 'gbrp', '-x265-params', 'log-level=none'],
    ],
    [
      'RGB in H.265, 10 bits',
      'a.mp4',
      'node-webcodecs',
      ['-c:v', 'libx265', '-pix_fmt', 'gbrp10le', '-x265-params', 'log-level=none'],
    ],
    ['RGB in VP9', 'a.webm', 'node-webcodecs', ['-c:v', 'libvpx-vp9', '-pix_fmt', 'gbrp', '-deadline', 'realtime']],
    ['RGB in FFV1', 'a.mkv', 'ffmpeg', ['-c:v', 'ffv1', '-pix_fmt', 'bgr0']],
    ['RGB without a codec', 'a.avi', 'ffmpeg', ['-c:v', 'rawvideo', '-pix_fmt', 'bgr24']],
    [
      'interlaced H.264',
      'a.mp4',
      'node-webcodecs',
      ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-flags', '+ilme+ildct'],
    ],
    ['interlaced MPEG-2', 'a.ts', 'ffmpeg', ['-c:v', 'mpeg2video', '-r', '25', '-flags', '+ilme+ildct', '-b:v', '2M']],
    ['MPEG-2', 'a.mpg', 'ffmpeg', ['-c:v', 'mpeg2video', '-r', '25', '-b:v', '2M']],
    ['Theora', 'a.ogv', 'ffmpeg', ['-c:v', 'libtheora', '-q:v', '9']],
    ['QuickTime animation', 'a.mov', 'ffmpeg', ['-c:v', 'qtrle']],
  ])('a film in %s has its colours', async (_name, name, engine, args) => {
    using temp = createTempDir('colours')
    const path = join(temp.path, name)
    make(path, ['0x8040c0', '0xc8b45a'], ...args)
    const picture = await decode(path, film, 128)
    expect([picture.engine.name, picture.width, ...sides(picture)]).toEqual([engine, 128, purple, sand])
  })

  test('the fields of an interlaced film are not mixed line by line', async () => {
    using temp = createTempDir('colours')
    const path = join(temp.path, 'a.ts')
    // White and black pictures in turn: each frame has a line of one, and a line of the other.
    const turns = "color=white:size=320x180:rate=50:duration=2,geq=lum='if(mod(N,2),235,16)':cb=128:cr=128"
    const fields = ['-vf', 'tinterlace=interleave_top,setfield=tff', '-flags', '+ilme+ildct']
    const codec = ['-c:v', 'mpeg2video', '-b:v', '4M', '-top', '1']
    execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', turns, ...fields, ...codec, path])
    const { channels, data, height, width } = (await frameByFfmpeg(path, 320))!
    const lines = Array.from({ length: height - 20 }, (_, y) => data[((y + 10) * width + 160) * channels]!)
    const steps = lines.slice(1).map((value, y) => Math.abs(value - lines[y]!))
    expect(Math.max(...steps)).toBeLessThan(60)
  })
})
