import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AudioSampleSink, EncodedPacketSink, FilePathSource, Input, MP4 } from 'mediabunny'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BLUE, canMakeFilms, makeFilm, RED } from '../../../../testing/media/films.ts'
import { createTempDir, type TempDir } from '../../../../testing/temp-dir.ts'
import { PLAIN_REQUEST } from '../../processes/test/plain-request.ts'
import type { Picture } from '../thumb/decoders/picture.ts'
import { decodeVideo } from '../thumb/decoders/video/decode-video.ts'
import { colourAt } from '../film/test/colour-at.ts'
import { findProgram } from '../../../util/find-program.ts'
import { copyByFfmpeg } from './copy-by-ffmpeg.ts'
import { copyEmbedded } from './copy-embedded.ts'
import type { CopyRequest } from './copy.ts'
import { makeProxies } from './index.ts'
import { make } from './make.ts'
import { profiles } from './profiles.ts'

const ffmpeg = findProgram('ffmpeg')

type Name = keyof typeof profiles

const engines = [
  { name: 'node-webcodecs', copy: copyEmbedded, missing: canMakeFilms() ? null : 'no build for this platform' },
  { name: 'ffmpeg', copy: copyByFfmpeg, missing: ffmpeg ? null : 'not on PATH' },
] as const

function copiesOf(path: string, names: readonly Name[]): CopyRequest {
  const copies = names.map((name) => ({ profile: profiles[name], into: `${path}-${name}.mp4` }))
  return { path, size: statSync(path).size, copies, threads: 1 }
}

interface Copy {
  readonly width: number
  readonly height: number
  /** The time of each frame, in seconds from the start of the first frame or sound. */
  readonly times: readonly number[]
  /** The times of the key frames. */
  readonly keys: readonly number[]
  readonly codecs: readonly (string | null)[]
  /** Parts of the file, in their order. */
  readonly boxes: readonly string[]
  readonly picture: Picture
  readonly path: string
}

async function lookAt(path: string): Promise<Copy> {
  using input = new Input({ source: new FilePathSource(path), formats: [MP4] })
  const track = (await input.getPrimaryVideoTrack())!
  const times: number[] = []
  const keys: number[] = []
  for await (const { timestamp, type } of new EncodedPacketSink(track).packets(undefined, undefined, {
    metadataOnly: true,
  })) {
    times.push(timestamp)
    if (type === 'key') keys.push(timestamp)
  }
  return {
    width: await track.getDisplayWidth(),
    height: await track.getDisplayHeight(),
    times: times.toSorted((a, b) => a - b),
    keys,
    codecs: await Promise.all((await input.getTracks()).map((each) => each.getCodec())),
    boxes: boxesOf(readFileSync(path)),
    picture: (await decodeVideo(path, 512))!,
    path,
  }
}

function boxesOf(bytes: Buffer): string[] {
  const names: string[] = []
  for (let at = 0; at + 8 <= bytes.length;) {
    names.push(bytes.toString('latin1', at + 4, at + 8))
    const size = bytes.readUInt32BE(at)
    at += size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size || bytes.length
  }
  return names
}

/** The second at which the sound of a film begins to be heard. */
async function toneStart(path: string): Promise<number> {
  await import('node-webcodecs/register')
  using input = new Input({ source: new FilePathSource(path), formats: [MP4] })
  for await (const sample of new AudioSampleSink((await input.getPrimaryAudioTrack())!).samples()) {
    using _ = sample
    const { numberOfFrames, numberOfChannels, sampleRate, timestamp } = sample
    const all = new Float32Array(numberOfFrames * numberOfChannels)
    sample.copyTo(all, { planeIndex: 0, format: 'f32' })
    const first = all.findIndex((value) => Math.abs(value) > 0.2)
    if (first >= 0) return timestamp + Math.floor(first / numberOfChannels) / sampleRate
  }
  return Infinity
}

describe.each(engines)('copies by $name', ({ name, copy, missing }) => {
  describe.skipIf(missing !== null || !canMakeFilms())(`(${missing ?? 'there'})`, () => {
    async function copied(path: string, names: readonly Name[]): Promise<Copy[]> {
      const request = copiesOf(path, names)
      expect((await copy(request))!.name).toBe(name)
      return Promise.all(request.copies.map(({ into }) => lookAt(into)))
    }

    test('every profile of a film, from one decode', async () => {
      using temp = createTempDir('proxy')
      const path = join(temp.path, 'film.mp4')
      await makeFilm(path, { width: 1_600, height: 900, seconds: 0.5, rate: 30 })
      const made = await copied(path, ['scrub', 'ultra', 'quick', 'edit'])
      expect(made.map(({ width, height }) => [width, height])).toEqual([
        [320, 180],
        [426, 240],
        [852, 480],
        [1_280, 720],
      ])
      expect(made.map(({ times }) => times.length)).toEqual([8, 15, 15, 15])
      for (const { picture, codecs, boxes } of made) {
        expect([colourAt(picture, 0.2, 0.5), colourAt(picture, 0.8, 0.5)]).toEqual(['red', 'blue'])
        expect(codecs).toEqual(['avc'])
        expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'))
      }
    })

    test('sound stays with the pictures, each of which keeps its time', async () => {
      using temp = createTempDir('proxy')
      const path = join(temp.path, 'film.mp4')
      // The red turns blue when the tone begins, between pictures that come as they like.
      const moments = [0, 0.1, 0.15, 0.5, 0.9, 1, 1.05, 1.2, 1.6, 1.7, 1.9]
      await makeFilm(path, { moments, rate: 10, keyEvery: 4, toneFrom: 1, stripes: (at) => [at < 1 ? RED : BLUE] })
      const [made] = await copied(path, ['quick'])
      const first = made!.times[0]!
      expect(made!.times.map((at) => Math.round((at - first) * 100) / 100)).toEqual(moments)
      expect(made!.codecs).toEqual(['avc', 'aac'])
      const off = (await toneStart(made!.path)) - (await toneStart(path)) - first
      expect(Math.abs(off)).toBeLessThan(0.05)
    })

    test('it can be sought in, however far apart the pictures are that stand for themselves in the film', async () => {
      using temp = createTempDir('proxy')
      const path = join(temp.path, 'film.mp4')
      await makeFilm(path, { seconds: 5, keyEvery: 1_000 })
      const made = await copied(path, ['scrub', 'quick'])
      for (const [i, { keys, times }] of made.entries()) {
        const gaps = keys.map((at, each) => (keys[each + 1] ?? times.at(-1)!) - at)
        expect(Math.max(...gaps)).toBeLessThanOrEqual([1, 2][i]! + 0.01)
      }
    })

    test('a film of one picture', async () => {
      using temp = createTempDir('proxy')
      const path = join(temp.path, 'film.mp4')
      await makeFilm(path, { moments: [0] })
      expect((await copied(path, ['scrub', 'edit'])).map(({ times }) => times.length)).toEqual([1, 1])
    })

    test('small films are not enlarged, sides are even, and what is held upright is upright', async () => {
      using temp = createTempDir('proxy')
      const path = join(temp.path, 'film.mp4')
      await makeFilm(path, { width: 162, height: 90, rotation: 90 })
      const [made] = await copied(path, ['quick'])
      expect([made!.width, made!.height, made!.times.length]).toEqual([90, 162, 20])
      expect([colourAt(made!.picture, 0.5, 0.2), colourAt(made!.picture, 0.5, 0.8)]).toEqual(['red', 'blue'])
      const panorama = join(temp.path, 'wide.mp4')
      await makeFilm(panorama, { width: 1_600, height: 100, seconds: 1 })
      const [wide] = await copied(panorama, ['scrub'])
      expect([wide!.width, wide!.height]).toEqual([720, 44])
    })

    test('a film that ends before its time is copied as far as it goes', async () => {
      using temp = createTempDir('proxy')
      const path = join(temp.path, 'film.webm')
      await makeFilm(path, { codec: 'vp8', seconds: 4, toneFrom: 0 })
      writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size / 2))
      const [made] = await copied(path, ['scrub'])
      expect(made!.times.length).toBeGreaterThan(8)
      expect(made!.codecs[0]).toBe('avc')
    })

    test.each<[string, (temp: TempDir) => Promise<Uint8Array> | Uint8Array]>([
      ['noise', () => Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 251)],
      ['a playlist', () => Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.mp4\n#EXT-X-ENDLIST\n')],
      ['a list of files', () => Buffer.from("ffconcat version 1.0\nfile 'secret.mp4'\n")],
      ['a photo', () => Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')],
      ['a film that says nothing of its parts', (temp) => withoutMoov(join(temp.path, 'secret.mp4'))],
    ])('%s is refused, with a reason', async (_, bytesOf) => {
      using temp = createTempDir('proxy')
      await makeFilm(join(temp.path, 'secret.mp4'))
      const path = join(temp.path, 'a.mp4')
      writeFileSync(path, await bytesOf(temp))
      await expect(copy(copiesOf(path, ['scrub']))).rejects.toMatchObject({
        code: expect.stringMatching(/Unsupported|Corrupt/),
        message: expect.not.stringContaining(temp.path),
      })
    })
  })
})

/** As a camera leaves it that loses its power: what the parts are would stand at the end. */
function withoutMoov(path: string): Uint8Array {
  const bytes = readFileSync(path)
  return bytes.subarray(0, bytes.indexOf('moov') - 4)
}

describe.skipIf(!ffmpeg)('films made by ffmpeg (which is not on PATH)', () => {
  function made(temp: TempDir, name: string, ...args: string[]): string {
    const path = join(temp.path, name)
    execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', ...args, path])
    return path
  }
  const lavfi = (source: string) => ['-f', 'lavfi', '-i', source]
  const bars = lavfi('color=red:size=320x180:rate=10:duration=1,drawbox=x=160:c=blue:t=fill')

  test.each([
    [
      'AVI with MPEG-4 and MP3',
      'a.avi',
      [...bars, ...lavfi('sine=duration=1'), '-c:v', 'mpeg4', '-q:v', '2', '-c:a', 'mp3'],
    ],
    ['interlaced MPEG-2', 'a.mpg', [...bars, '-c:v', 'mpeg2video', '-r', '25', '-flags', '+ildct+ilme', '-q:v', '2']],
    ['one pixel', 'a.mkv', [...lavfi('color=red:size=1x1:rate=10:duration=1,format=yuv444p'), '-c:v', 'ffv1']],
  ])('%s', async (_, name, args) => {
    using temp = createTempDir('proxy')
    const path = made(temp, name, ...args)
    const request = copiesOf(path, ['ultra'])
    expect((await copyByFfmpeg(request))!.name).toBe('ffmpeg')
    const { width, picture, codecs } = await lookAt(request.copies[0]!.into)
    expect([width, colourAt(picture, 0.2, 0.5)]).toEqual([name === 'a.mkv' ? 2 : 320, 'red'])
    expect(codecs).toEqual(name === 'a.avi' ? ['avc', 'aac'] : ['avc'])
  })

  test.skipIf(!canMakeFilms()).each([
    ['10 bits', ['-pix_fmt', 'yuv420p10le'], []],
    ['whole colour, all values', ['-pix_fmt', 'yuvj444p', '-color_range', 'pc'], []],
    [
      'sound that is not packed',
      ['-pix_fmt', 'yuv420p'],
      [...lavfi('sine=duration=1:sample_rate=44100'), '-c:a', 'pcm_s16le'],
    ],
  ])('the embedded engine copies %s', async (_, pixels, sound) => {
    using temp = createTempDir('proxy')
    const path = made(temp, 'a.mov', ...bars, ...sound, '-c:v', 'libx264', ...pixels)
    const request = copiesOf(path, ['ultra'])
    await copyEmbedded(request)
    const { picture, codecs, times } = await lookAt(request.copies[0]!.into)
    expect([colourAt(picture, 0.2, 0.5), colourAt(picture, 0.8, 0.5), times.length]).toEqual(['red', 'blue', 10])
    expect(codecs).toEqual(sound.length > 0 ? ['avc', 'aac'] : ['avc'])
  })

  test('sound alone is no film', async () => {
    using temp = createTempDir('proxy')
    const path = made(temp, 'a.mp4', ...lavfi('sine=duration=1'))
    for (const copy of [copyByFfmpeg, copyEmbedded])
      await expect(copy(copiesOf(path, ['ultra']))).rejects.toMatchObject({
        code: 'Unsupported',
        message: 'the video has no frames',
      })
    expect(existsSync(`${path}-ultra.mp4`)).toBe(false)
  })
})

describe.skipIf(!canMakeFilms())('without ffmpeg on PATH (there is no embedded engine for this platform)', () => {
  afterEach(() => void vi.unstubAllEnvs())

  async function made(source: string) {
    vi.stubEnv('PATH', join(source, '..'))
    const content = { type: 'video', mime: null, size: statSync(source).size } as const
    const outputs = [{ variant: 'scrub', format: 'mp4', path: `${source}.proxy` }]
    return await make({
      ...PLAIN_REQUEST,
      source,
      content,
      outputs,
      settings: makeProxies({ speed: 'normal' }).settings,
    })
  }

  test('the engine that comes along makes a copy', async () => {
    using temp = createTempDir('proxy')
    const path = join(temp.path, 'film.mp4')
    await makeFilm(path, { seconds: 1 })
    expect((await made(path)).engine.name).toBe('node-webcodecs')
    expect((await lookAt(`${path}.proxy`)).times).toHaveLength(10)
  })

  test('of what it does not read, the reason says what would make it', async () => {
    using temp = createTempDir('proxy')
    const path = join(temp.path, 'film.avi')
    writeFileSync(path, Buffer.concat([Buffer.from('RIFF\x00\x10\x00\x00AVI LIST'), Buffer.alloc(4_096)]))
    await expect(made(path)).rejects.toMatchObject({
      code: 'Unsupported',
      message: 'its container is not one of those embedded; ffmpeg with libx264 on PATH would make it',
    })
  })
})
