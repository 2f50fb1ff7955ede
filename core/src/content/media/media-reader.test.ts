import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../testing/corpus.ts'
import { jpeg, wav } from '../../../testing/media/index.ts'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { MediaReader } from './media-reader.ts'

function file(dir: { readonly path: string }, name: string, bytes: Uint8Array): string {
  const path = join(dir.path, name)
  writeFileSync(path, bytes)
  return path
}

test('pictures and sounds are read in another thread', async () => {
  using dir = createTempDir('media')
  await using reader = new MediaReader()
  const picture = file(dir, 'a.jpg', jpeg({ width: 30, height: 20 }))
  const sound = file(dir, 'a.wav', wav())
  expect(await reader.read(picture, 'image')).toMatchObject({ kind: 'image', row: { width: 30, height: 20 } })
  expect(await reader.read(sound, 'audio')).toMatchObject({ kind: 'audio', row: { duration_ms: 1_000 } })
})

test('a name whose bytes are no text is read too', async (context) => {
  if (process.platform !== 'linux') return context.skip('names are text on this system')
  using dir = createTempDir('media')
  await using reader = new MediaReader()
  const path = Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from([0xff, 0xfe])])
  writeFileSync(path, jpeg({ width: 30, height: 20 }))
  expect(await reader.read(path, 'image')).toMatchObject({ row: { width: 30 } })
})

test('a file that is gone, and one that is none, fail with their reason', async () => {
  using dir = createTempDir('media')
  await using reader = new MediaReader()
  expect(await reader.read(join(dir.path, 'none.jpg'), 'image')).toMatchObject({ state: 'failed', code: 'ENOENT' })
  expect(await reader.read(dir.path, 'image')).toMatchObject({ state: 'failed', code: 'ENOTFILE' })
  if (process.platform === 'win32') return
  execFileSync('mkfifo', [join(dir.path, 'fifo')])
  expect(await reader.read(join(dir.path, 'fifo'), 'audio')).toMatchObject({ state: 'failed', code: 'ENOTFILE' })
})

test('a file that does not end in time costs only itself', async () => {
  using dir = createTempDir('media')
  const path = file(dir, 'a.jpg', jpeg({ width: 30, height: 20 }))
  await using hurried = new MediaReader({ deadlineMs: 0 })
  expect(await hurried.read(path, 'image')).toMatchObject({ state: 'failed', code: 'Timeout' })
  expect(await hurried.read(path, 'image')).toMatchObject({ state: 'failed', code: 'Timeout' })
})

test('who does not want the answer any more is not kept waiting', async () => {
  using dir = createTempDir('media')
  const path = file(dir, 'a.jpg', jpeg({ width: 30, height: 20 }))
  await using reader = new MediaReader()
  const stop = new AbortController()
  const reading = reader.read(path, 'image', stop.signal)
  stop.abort()
  await expect(reading).rejects.toMatchObject({ code: 'Cancelled' })
})

test('every real photo is read, the malformed ones too', async (context) => {
  if (!corpus) return context.skip(NO_CORPUS)
  const { globSync } = await import('node:fs')
  await using reader = new MediaReader()
  const photos = globSync(join(corpus, '{exif-samples,orientation,heic}/**/*.{jpg,jpeg,heic,HEIC,heif,tiff}'))
  expect(photos.length).toBeGreaterThan(80)
  for (const photo of photos) {
    const result = await reader.read(photo, 'image')
    expect.soft(result, photo).toMatchObject({ kind: 'image', damage: null, row: { width: expect.any(Number) } })
  }
})
