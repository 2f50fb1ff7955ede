import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import { circularWebm } from '../../../../testing/media/circular-webm.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { MediaReader } from '../media-reader.ts'
import { readVideo } from './read-video.ts'

const hasFfmpeg = works('ffmpeg') && works('ffprobe')

function works(program: string): boolean {
  try {
    execFileSync(program, ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const MADE = '2024-05-01T10:20:30Z'
const tags = ['title=Hello', 'artist=Ada', `creation_time=${MADE}`].flatMap((each) => ['-metadata', each])

/** Two seconds of a picture and a tone. */
function film(path: string, ...args: string[]): void {
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=30000/1001:duration=2']
  // Flash knows no other, Opus not this one.
  const rate = path.endsWith('.flv') ? '44100' : '48000'
  const tone = ['-f', 'lavfi', '-i', 'sine=duration=2', '-shortest']
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...picture, ...tone, '-ar', rate, ...tags, ...args, path], {
    stdio: 'ignore',
  })
}

interface Probe {
  readonly format: { readonly duration: string }
  readonly streams: readonly {
    readonly codec_type: string
    readonly codec_name: string
    readonly width: number
    readonly height: number
    readonly pix_fmt: string
    readonly channels: number
    readonly sample_rate: string
  }[]
}

function probe(path: string): Probe {
  const text = execFileSync('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path])
  return JSON.parse(text.toString()) as Probe
}

async function read(path: string) {
  const reading = await readVideo(path)
  if (!reading || 'state' in reading) throw new Error(JSON.stringify(reading))
  return reading.row
}

describe.skipIf(!hasFfmpeg)('videos (made by ffmpeg, which is not on PATH)', () => {
  test.each([
    ['a.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'], { title: 'Hello', artist: 'Ada', creation_time: MADE }],
    ['a.mov', ['-c:v', 'libx264', '-pix_fmt', 'yuv422p10le'], { title: 'Hello', creation_time: MADE }],
    ['a.webm', ['-c:v', 'libvpx', '-pix_fmt', 'yuv420p'], { title: 'Hello', creation_time: MADE }],
    ['a.mkv', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'], { title: 'Hello', artist: 'Ada', creation_time: MADE }],
    ['a.ts', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac'], {}],
    ['a.avi', ['-c:v', 'mpeg4', '-c:a', 'mp3'], { title: 'Hello', artist: 'Ada' }],
    ['a.flv', ['-c:v', 'flv', '-c:a', 'mp3'], { title: 'Hello' }],
    ['a.wmv', ['-c:v', 'wmv2', '-c:a', 'wmav2'], { title: 'Hello', creation_time: MADE }],
    ['a.mpg', ['-c:v', 'mpeg2video'], {}],
    ['a.ogv', ['-c:v', 'libtheora', '-pix_fmt', 'yuv420p'], { title: 'Hello' }],
  ])('%s says what ffprobe says', async (name, args, said) => {
    using temp = createTempDir('video')
    const path = join(temp.path, name)
    film(path, ...args)
    const row = await read(path)
    const { format, streams } = probe(path)
    const video = streams.find(({ codec_type }) => codec_type === 'video')!
    const audio = streams.find(({ codec_type }) => codec_type === 'audio')!
    expect(row).toMatchObject({
      width: 320,
      height: 180,
      codec: video.codec_name,
      audio_codec: audio.codec_name,
      ...(name !== 'a.wmv' && { fps_num: 30_000, fps_den: 1_001 }),
      ...(name !== 'a.mpg' && { audio_channels: audio.channels, audio_sample_rate: Number(audio.sample_rate) }),
    })
    expect(row.pixel_format ?? video.pix_fmt).toBe(video.pix_fmt)
    // Sound goes on for a moment; where the picture ends is as right.
    expect(Math.abs(row.duration_ms! - Number(format.duration) * 1_000)).toBeLessThan(100)
    expect(row).toMatchObject(name === 'a.wmv' ? { title: 'Hello' } : said)
  })

  test('colours, the turn and the time of a phone', async () => {
    using temp = createTempDir('video')
    const upright = join(temp.path, 'a.mov')
    const colours = ['-color_primaries', 'bt2020', '-color_trc', 'arib-std-b67', '-colorspace', 'bt2020nc']
    film(upright, '-c:v', 'libx264', '-pix_fmt', 'yuv420p10le', ...colours)
    const path = join(temp.path, 'b.mov')
    const phone = [
      '-metadata:s:v',
      'rotate=90',
      '-metadata',
      'com.apple.quicktime.creationdate=2024-05-01T12:20:30+0200',
    ]
    const copy = ['-nostdin', '-v', 'error', '-i', upright, '-c', 'copy', '-movflags', 'use_metadata_tags']
    execFileSync('ffmpeg', [...copy, ...phone, path])
    expect(await read(path)).toMatchObject({
      pixel_format: 'yuv420p10le',
      color_primaries: 'bt2020',
      color_transfer: 'hlg',
      color_space: 'bt2020-ncl',
      color_range: 'limited',
      rotation: expect.toBeOneOf([90, 270]),
      taken_at: '2024-05-01T12:20:30+02:00',
      taken_offset_minutes: 120,
    })
  })

  test('damage of any kind ends in a row, a reason or nothing, and in time', async () => {
    using temp = createTempDir('video')
    await using reader = new MediaReader({ deadlineMs: 5_000 })
    for (const name of ['a.mp4', 'a.webm', 'a.avi', 'a.flv', 'a.wmv', 'a.mpg']) {
      const whole = join(temp.path, name)
      film(whole, ...(name === 'a.webm' ? ['-c:v', 'libvpx'] : []))
      const content = readFileSync(whole)
      for (let i = 0; i < 12; i++) {
        const damaged = Buffer.from(content.subarray(0, i < 6 ? Math.floor((content.length * i) / 6) : content.length))
        // The first kilobytes say how long everything is.
        if (i >= 6) for (let at = i; at < 2_000; at += 97) damaged[at] = (damaged[at]! ^ (0x55 << (i % 3))) & 0xff
        writeFileSync(whole, damaged)
        const result = await reader.read(whole, 'video')
        expect.soft(result === null || 'row' in result || result.message.length > 0, `${name} ${i}`).toBe(true)
      }
    }
  })
})

test('the smallest videos are read', async ({ skip }) => {
  if (!corpus) return skip(NO_CORPUS)
  const small = (name: string) => read(join(corpus!, 'small', name))
  expect(await small('webm.webm')).toMatchObject({ width: 8, height: 8, codec: 'vp8', duration_ms: 1_000 })
  expect(await small('AudioVideoInterleave.avi')).toMatchObject({ width: 1, height: 1, codec: 'mpeg4' })
  expect(await small('FlashVideo.flv')).toMatchObject({ width: 1, height: 1, codec: 'flv1' })
  expect(await small('WindowsMediaVideo.wmv')).toMatchObject({ width: 1, height: 1 })
})

test('a WebM that ends in what nobody knows is damaged, and does not hold up its reader', async () => {
  using temp = createTempDir('video')
  const path = join(temp.path, 'a.webm')
  writeFileSync(path, circularWebm())
  expect(await readVideo(path)).toMatchObject({ state: 'failed', code: 'ECORRUPT' })
})

test('a playlist that says it is a video names no other file', async () => {
  using temp = createTempDir('video')
  const path = join(temp.path, 'a.mp4')
  writeFileSync(path, '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.ts\n#EXT-X-ENDLIST\n')
  expect(await readVideo(path)).toBeNull()
})
