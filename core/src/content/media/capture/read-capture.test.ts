import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import { film, livePhoto } from '../../../../testing/media/index.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { readCapture } from './read-capture.ts'

const identifier = '7C3A1D5E-0F7B-4F0C-9A54-2B1F0F6A9E11'
const nothing = { identifier: null, atMs: null, clockMs: null, durationMs: null }
const clockMs = Date.parse('2024-05-01T10:20:30Z')
const atMs = Date.parse('2024-05-01T10:20:30+02:00')

async function read(content: Uint8Array) {
  using dir = createTempDir('capture')
  const path = join(dir.path, 'file')
  writeFileSync(path, content)
  return readCapture(path)
}

test.each(['jpg', 'heic'] as const)(
  'a %s says what it shares with its video, and when it was taken',
  async (format) => {
    const photo = livePhoto(format, { identifier, taken: '2024:05:01 10:20:30', offset: '+02:00' })
    expect(await read(photo)).toEqual({ identifier, atMs, clockMs, durationMs: null })
    expect(await read(livePhoto(format, {}))).toEqual(nothing)
  },
)

test.each(['qt  ', 'isom'] as const)('a film (%s) says what it shares with its photo', async (brand) => {
  const made = film(brand, { identifier: identifier.toLowerCase(), created: '2024-05-01T10:20:30+0200' })
  expect(await read(made)).toEqual({ identifier, atMs, clockMs, durationMs: 3_000 })
  expect(await read(film(brand, { createdMs: atMs }))).toEqual({ ...nothing, atMs, durationMs: 3_000 })
})

test('a film that ffmpeg has written says the same', async (context) => {
  using dir = createTempDir('capture')
  const path = join(dir.path, 'a.mov')
  try {
    const tags = { 'com.apple.quicktime.content.identifier': identifier, creation_time: '2024-05-01T08:20:30Z' }
    const metadata = Object.entries(tags).flatMap(([key, value]) => ['-metadata', `${key}=${value}`])
    const picture = ['-f', 'lavfi', '-i', 'color=size=32x32:duration=2:rate=5', '-movflags', 'use_metadata_tags']
    execFileSync('ffmpeg', ['-loglevel', 'error', ...picture, ...metadata, path])
  } catch {
    return context.skip('needs ffmpeg on PATH')
  }
  expect(await readCapture(path)).toEqual({ identifier, atMs, clockMs: null, durationMs: 2_000 })
})

test('every beginning of a file, and noise, is read without an error that escapes', async () => {
  const photo = livePhoto('heic', { identifier, taken: '2024:05:01 10:20:30' })
  const video = film('qt  ', { identifier, created: '2024-05-01T10:20:30Z' })
  for (const whole of [photo, livePhoto('jpg', { identifier }), video])
    for (let length = 0; length < whole.length; length += 3)
      expect(await read(whole.subarray(0, length))).toHaveProperty('identifier')
  for (let seed = 1; seed <= 200; seed++) {
    const noisy = Buffer.from(seed % 2 ? photo : video)
    for (let i = 0; i < 8; i++) noisy[(seed * 7_919 + i * 104_729) % noisy.length] = (seed * 31 + i * 17) & 255
    expect(await read(noisy)).toHaveProperty('identifier')
  }
})

test('what cannot be opened fails with a reason', async () => {
  expect(await readCapture('/nowhere/at/all')).toMatchObject({ state: 'failed', code: 'ENOENT' })
})

test('real photos of iPhones say what they share with their videos', async (context) => {
  if (!corpus) return context.skip(NO_CORPUS)
  const photos = join(corpus, 'exif-samples/heic')
  // As exiftool shows it: MediaGroupUUID.
  expect(await readCapture(join(photos, 'IMG_5195.HEIC'))).toMatchObject({
    identifier: '570F1469-09C7-4E50-9875-05F21D5BD166',
  })
  expect(await readCapture(join(photos, 'mobile/iphone_13_pro_max.HEIC'))).toEqual({
    ...nothing,
    clockMs: Date.parse('2022-02-16T12:55:41Z'),
    atMs: Date.parse('2022-02-16T11:55:41Z'),
  })
})
