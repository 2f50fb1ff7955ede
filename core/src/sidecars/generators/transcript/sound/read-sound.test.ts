import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../../testing/corpus.ts'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { findProgram } from '../../../../util/find-program.ts'
import { collect, joined, pcm, silence, tone, wavFile } from '../test/sounds.ts'
import { soundByFfmpeg } from './ffmpeg-sound.ts'
import { readSound } from './read-sound.ts'

afterEach(() => vi.unstubAllEnvs())

const ffmpeg = findProgram('ffmpeg')

/** Nothing but what comes along. */
function withoutPrograms(): void {
  vi.stubEnv('PATH', '/nowhere')
}

async function all(blocks: AsyncIterable<Int16Array>): Promise<Int16Array> {
  const parts = await collect(blocks)
  return Int16Array.from(parts.flatMap((part) => [...part]))
}

test.each([7, 4_000_000_007])('sound of %i samples a second is damage', async (rate) => {
  withoutPrograms()
  using temp = createTempDir('sound')
  const path = join(temp.path, 'odd.wav')
  const file = wavFile(tone(1))
  file.writeUInt32LE(rate, 24)
  writeFileSync(path, file)
  await expect(all(readSound(path))).rejects.toMatchObject({
    code: 'Corrupt',
    message: `it has ${rate} samples a second`,
  })
})

test('sound that ffmpeg fails in the middle of, and nothing else has more of, is not taken as whole', async () => {
  using temp = createTempDir('sound')
  const path = join(temp.path, 'a.wav')
  writeFileSync(path, wavFile(tone(1)))
  const program = '#!/bin/sh\n/usr/bin/head -c 64000 /dev/zero\necho the rest is damaged >&2\nexit 1\n'
  writeFileSync(join(temp.path, 'ffmpeg'), program, { mode: 0o755 })
  vi.stubEnv('PATH', temp.path)
  let heard = 0
  const listen = async () => {
    for await (const block of readSound(path)) heard += block.length
  }
  await expect(listen()).rejects.toMatchObject({ code: 'Corrupt', message: expect.stringContaining('damaged') })
  expect(heard).toBe(32_000)
})

/** How alike two sounds are, 1 at most, and by how many milliseconds the second is late. */
function compare(wanted: Int16Array, sound: Int16Array): { alike: number; lateMs: number } {
  const from = Math.floor(wanted.length * 0.4)
  const to = from + 8_000
  let best = { alike: -1, lateMs: 0 }
  for (let late = -1_600; late <= 1_600; late += 2) {
    let [both, first, second] = [0, 0, 0]
    for (let i = from; i < to; i++) {
      const [a, b] = [wanted[i]!, sound[i + late] ?? 0]
      both += a * b
      first += a * a
      second += b * b
    }
    const alike = both / Math.sqrt(first * second || 1)
    if (alike > best.alike) best = { alike, lateMs: late / 16 }
  }
  return best
}

/** Three seconds of a tone that rises, which is like itself nowhere else. */
function rising(rate: number): Float32Array {
  return Float32Array.from({ length: 3 * rate }, (_, i) => {
    const seconds = i / rate
    return 0.4 * Math.sin(320 * seconds + 640 * seconds * seconds)
  })
}

const sweep = rising(16_000)

test.each([
  ['of its own rate', { rate: 16_000, channels: 1 }],
  ['of CDs', { rate: 44_100, channels: 2 }],
  ['of telephones', { rate: 8_000, channels: 1 }],
  ['in six channels', { rate: 48_000, channels: 6 }],
])('a recording %s', async (_, { rate, channels }) => {
  using temp = createTempDir('sound')
  withoutPrograms()
  const path = join(temp.path, 'a.wav')
  writeFileSync(path, wavFile(rising(rate), { rate, channels }))
  const { alike, lateMs } = compare(pcm(sweep), await all(readSound(path)))
  expect(alike).toBeGreaterThan(0.999)
  expect(lateMs).toBe(0)
})

describe.skipIf(!ffmpeg)('files of other programs (made by ffmpeg, which is not on PATH)', () => {
  const makeFrom = (folder: string, name: string, args: readonly string[], sound: Float32Array = sweep): string => {
    const [from, to] = [join(folder, 'from.wav'), join(folder, name)]
    writeFileSync(from, wavFile(sound))
    const input = args.includes('-i') ? [] : ['-i', from]
    const named = args.map((each) => (each === 'SOUND' ? from : each))
    execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', ...input, ...named, to])
    return to
  }

  test.each([
    ['AAC in MP4', 'a.m4a', ['-ar', '48000', '-ac', '2', '-c:a', 'aac', '-b:a', '128k']],
    ['MP3', 'a.mp3', ['-ar', '44100', '-ac', '2', '-b:a', '128k']],
    ['Opus in WebM', 'a.webm', ['-c:a', 'libopus']],
    ['Vorbis in Ogg', 'a.ogg', ['-ar', '44100', '-c:a', 'libvorbis']],
    ['FLAC', 'a.flac', ['-ar', '44100']],
    ['telephone sound', 'a.wav', ['-c:a', 'pcm_alaw']],
  ])('%s, by the embedded decoder, each word in its place', async (_, name, args) => {
    using temp = createTempDir('sound')
    const path = makeFrom(temp.path, name, args)
    withoutPrograms()
    const { alike, lateMs } = compare(pcm(sweep), await all(readSound(path)))
    expect(alike).toBeGreaterThan(0.97)
    expect(Math.abs(lateMs)).toBeLessThan(10)
  })

  test.each([
    ['MP4', 'a.mp4', 'aac'],
    ['Matroska', 'a.mkv', 'libopus'],
  ])('sound that begins later than the pictures of a film in %s is as late', async (_, name, codec) => {
    using temp = createTempDir('sound')
    const pictures = ['-f', 'lavfi', '-i', 'testsrc=duration=4:size=64x64:rate=10']
    const late = ['-itsoffset', '1', '-i', 'SOUND', '-c:v', 'libx264', '-c:a', codec]
    const path = makeFrom(temp.path, name, [...pictures, ...late])
    withoutPrograms()
    const { alike, lateMs } = compare(pcm(joined(silence(1), sweep)), await all(readSound(path)))
    expect(alike).toBeGreaterThan(0.97)
    expect(Math.abs(lateMs)).toBeLessThan(20)
  })

  test('what nothing embedded reads, ffmpeg does; without it the advice is to install it', async () => {
    using temp = createTempDir('sound')
    const path = makeFrom(temp.path, 'a.avi', ['-c:a', 'ac3'])
    const { alike } = compare(pcm(sweep), await all(readSound(path)))
    expect(alike).toBeGreaterThan(0.9)
    withoutPrograms()
    await expect(all(readSound(path))).rejects.toMatchObject({
      code: 'Unsupported',
      message: 'its container is not one of those embedded; ffmpeg on PATH would read it',
    })
  })

  test('a film without sound has none', async () => {
    using temp = createTempDir('sound')
    const path = makeFrom(temp.path, 'a.mp4', ['-f', 'lavfi', '-i', 'testsrc=duration=1:size=64x64', '-c:v', 'libx264'])
    const nothing = { code: 'Unsupported', message: 'it has no sound' }
    await expect(all(readSound(path))).rejects.toMatchObject(nothing)
    await expect(collect(soundByFfmpeg(path)!)).rejects.toMatchObject(nothing)
  })

  test('a playlist that says it is music is not followed', async () => {
    using temp = createTempDir('sound')
    const other = makeFrom(temp.path, 'a.ts', ['-c:a', 'aac'])
    const path = join(temp.path, 'song.mp3')
    writeFileSync(path, `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://${other}\n#EXT-X-ENDLIST\n`)
    await expect(all(readSound(path))).rejects.toMatchObject({
      code: 'Unsupported',
      message: 'it names other files, which are not read',
    })
    writeFileSync(path, `ffconcat version 1.0\nfile '${other}'\n`)
    await expect(all(readSound(path))).rejects.toMatchObject({ code: expect.stringMatching('Unsupported|Corrupt') })
  })

  test('behind a damaged place ffmpeg goes on, and without it the sound ends there', async () => {
    using temp = createTempDir('sound')
    const path = makeFrom(temp.path, 'a.m4a', ['-ar', '48000', '-c:a', 'aac', '-b:a', '128k'])
    const bytes = readFileSync(path)
    const middle = Math.floor(bytes.length / 2)
    writeFileSync(path, bytes.fill(0xff, middle, middle + 1_500))
    const { length } = await all(readSound(path))
    expect(length).toBeGreaterThan(2.8 * 16_000)
    withoutPrograms()
    let heard = 0
    const untilDamaged = async () => {
      for await (const block of readSound(path)) heard += block.length
    }
    await expect(untilDamaged()).rejects.toMatchObject({ code: 'Corrupt' })
    expect(heard).toBeGreaterThan(0)
    expect(heard).toBeLessThan(2 * 16_000)
  })

  test('of a recording that is cut off, what is there', async () => {
    using temp = createTempDir('sound')
    const path = makeFrom(temp.path, 'a.mp3', ['-b:a', '64k'])
    writeFileSync(path, readFileSync(path).subarray(0, 12_000))
    const { length } = await all(readSound(path))
    expect(length).toBeGreaterThan(16_000)
    expect(length).toBeLessThan(32_000)
  })
})

test.each([
  ['no sound at all', Buffer.from('just words, and some more of them')],
  ['a header alone', wavFile(new Float32Array(0))],
  ['half a header', wavFile(tone(1)).subarray(0, 30)],
  ['zeros', Buffer.alloc(100_000)],
])('a file that is %s is refused', async (_, content) => {
  using temp = createTempDir('sound')
  const path = join(temp.path, 'a.mp3')
  writeFileSync(path, content)
  await expect(all(readSound(path))).rejects.toMatchObject({ code: expect.stringMatching('Unsupported|Corrupt') })
  withoutPrograms()
  await expect(all(readSound(path))).rejects.toMatchObject({ code: expect.stringMatching('Unsupported|Corrupt') })
})

test('a recording of ten hours is read as it is taken', async () => {
  using temp = createTempDir('sound')
  withoutPrograms()
  const path = join(temp.path, 'long.wav')
  const bytes = 10 * 3_600 * 32_000
  const header = wavFile(new Float32Array(0))
  header.writeUInt32LE(bytes + 36, 4)
  header.writeUInt32LE(bytes, 40)
  const file = openSync(path, 'w')
  writeSync(file, header)
  ftruncateSync(file, bytes + 44)
  closeSync(file)
  const before = process.memoryUsage.rss()
  let samples = 0
  for await (const block of readSound(path)) {
    samples += block.length
    if (samples > 600 * 16_000) break
  }
  expect(samples).toBeLessThan(660 * 16_000)
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20)
})

test.skipIf(!corpus)(`real speech (${NO_CORPUS})`, async () => {
  const [wav, mp3] = await Promise.all(
    ['jfk.wav', 'jfk.mp3'].map((name) => all(readSound(join(corpus!, 'speech', name)))),
  )
  expect(wav!.length).toBe(176_000)
  const { alike, lateMs } = compare(wav!, mp3!)
  expect(alike).toBeGreaterThan(0.99)
  expect(Math.abs(lateMs)).toBeLessThan(1)
})
