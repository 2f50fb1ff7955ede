import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../testing/corpus.ts'
import { aac, flac, id3, mp3, wav } from '../../../testing/media/index.ts'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { readAudio } from './read-audio.ts'

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0

async function read(bytes: Uint8Array, name: string | Buffer = 'file') {
  using dir = createTempDir('audio')
  const path = Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from(name)])
  writeFileSync(path, bytes)
  return known(await readAudio(path))
}

/** The fields of a row that are not null. */
function known(reading: Awaited<ReturnType<typeof readAudio>>) {
  if (reading === null || 'state' in reading) return reading
  return Object.fromEntries(Object.entries(reading.row).filter(([, value]) => value !== null))
}

test('a WAV gives its length and how it is coded', async () => {
  const coded = { bit_rate: 64_000, sample_rate: 8_000, channels: 1, codec: 'PCM' }
  expect(await read(wav())).toEqual({ duration_ms: 1_000, ...coded })
})

test('an MP3 whose length is written nowhere is counted, and gives its tags', async () => {
  const tags = { TIT2: 'Song', TPE1: 'Ada', TPE2: 'The Band', TALB: 'Album', TRCK: '3/10', TPOS: '1/2', TYER: '1999' }
  expect(await read(mp3({ frames: 100, tags }))).toMatchObject({
    duration_ms: 2_612,
    codec: 'MPEG 1 Layer 3',
    title: 'Song',
    artist: 'Ada',
    album_artist: 'The Band',
    album: 'Album',
    track_number: 3,
    disc_number: 1,
    year: 1999,
  })
})

test('a FLAC gives its length from its header, and its comments', async () => {
  const tags = { TITLE: 'Étude', COMPOSER: 'Ada', GENRE: 'Piano', COPYRIGHT: '(c)', ORGANIZATION: 'Label' }
  expect(await read(flac({ samples: 441_000, tags }))).toMatchObject({
    duration_ms: 10_000,
    sample_rate: 44_100,
    channels: 2,
    title: 'Étude',
    composer: 'Ada',
    genre: 'Piano',
    copyright: '(c)',
  })
})

test('a name that says something else does not matter', async () => {
  expect(await read(wav(), 'song.mp3')).toMatchObject({ codec: 'PCM' })
})

test.runIf(process.platform === 'linux')('a name whose bytes are no text does not matter', async () => {
  expect(await read(wav(), Buffer.from([0xff, 0xfe]))).toMatchObject({ codec: 'PCM' })
})

test('music that is written in notes says nothing that is understood', async () => {
  expect(await read(Buffer.from('MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk', 'latin1'))).toBeNull()
})

test('a damaged file fails with a reason', async () => {
  const bytes = Buffer.from('MAC \x96\x0f\0\0garbage', 'latin1')
  expect(await read(bytes)).toMatchObject({ state: 'failed', code: 'ECORRUPT', message: expect.any(String) })
})

test('a file that ends before it says anything says nothing', async () => {
  expect(await read(flac({ samples: 1, tags: {} }).subarray(0, 20))).toBeNull()
})

test.skipIf(process.platform === 'win32')('a FIFO is not opened for reading', async () => {
  using dir = createTempDir('audio')
  const path = join(dir.path, 'fifo')
  execFileSync('mkfifo', [path])
  expect(await readAudio(path)).toMatchObject({ state: 'failed', code: 'ENOTFILE' })
})

test('real speech gives its length', async (context) => {
  if (!corpus) return context.skip(NO_CORPUS)
  expect(known(await readAudio(join(corpus, 'speech/jfk.mp3')))).toMatchObject({ duration_ms: 11_088 })
  expect(known(await readAudio(join(corpus, 'speech/jfk.wav')))).toMatchObject({ duration_ms: 11_000 })
})

describe.skipIf(!hasFfmpeg)('sounds of every kind (made by ffmpeg, which is not on PATH)', () => {
  test.each([
    ['mp3', 'MPEG 1 Layer 3', []],
    ['flac', 'FLAC', []],
    ['ogg', 'Vorbis I', []],
    ['opus', 'Opus', []],
    ['m4a', 'MPEG-4/AAC', []],
    ['wma', 'Windows Media Audio V8', []],
    ['aiff', 'PCM', ['-write_id3v2', '1']],
    ['wv', 'PCM', []],
    ['mka', 'VORBIS', []],
  ])('%s', async (extension, codec, args) => {
    using dir = createTempDir('audio')
    const path = join(dir.path, `a.${extension}`)
    const tags = ['title=Song', 'artist=Ada', 'album=Album', 'genre=Jazz', 'track=3', 'date=1999']
    const metadata = tags.flatMap((tag) => ['-metadata', tag])
    const tone = ['-f', 'lavfi', '-i', 'sine=duration=2:sample_rate=48000']
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...tone, '-ac', '2', ...metadata, ...args, path])
    const row = known(await readAudio(path))
    expect(row).toMatchObject({ sample_rate: 48_000, channels: 2, codec, title: 'Song', artist: 'Ada' })
    expect(Math.abs(Number((row as { duration_ms?: number }).duration_ms) - 2_000)).toBeLessThan(100)
    // Of Matroska only title and artist are read, and ffmpeg writes no year into Windows Media.
    const more = { album: 'Album', genre: 'Jazz', track_number: 3, ...(extension !== 'wma' && { year: 1999 }) }
    expect(row).toMatchObject(extension === 'mka' ? {} : more)
  })
})

test('a FLAC and an AAC behind an ID3 tag give their sound and the tags', async () => {
  const tag = id3({ TIT2: 'Song', TPE1: 'Ada' })
  expect(await read(Buffer.concat([tag, flac({ samples: 441_000, tags: { TITLE: 'Own' } })]))).toMatchObject({
    codec: 'FLAC',
    duration_ms: 10_000,
    sample_rate: 44_100,
    title: 'Own',
    artist: 'Ada',
  })
  expect(await read(Buffer.concat([tag, aac({ frames: 100 })]))).toMatchObject({
    codec: 'AAC',
    duration_ms: 2_322,
    sample_rate: 44_100,
    title: 'Song',
    artist: 'Ada',
  })
})
