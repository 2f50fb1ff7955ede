import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { binaryFixtures } from '../../../testing/file-types/index.ts'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { FileTypeRegistry } from '../index.ts'

const registry = new FileTypeRegistry()

test('an extension tells a type and what can be done with it', () => {
  expect(registry.detectFromExtension('photo.JPG')).toMatchObject({
    name: 'JPEG image',
    category: 'image',
    mimes: ['image/jpeg', 'image/pjpeg'],
    supportsThumbnails: true,
    supportsPreview: true,
    supportsMetadata: true,
  })
  expect(registry.detectFromExtension('unknown.xyz')).toBeNull()
})

test('types are found by id and by MIME', () => {
  expect(registry.get('png')?.extensions).toEqual(['png'])
  expect(registry.get('nobody')).toBeNull()
  expect(registry.byMime('application/pdf')?.id).toBe('pdf')
  expect(registry.byMime('text/nobody')).toBeNull()
})

test('a file on disk is identified by what is in it', async () => {
  using dir = createTempDir('types')
  const path = join(dir.path, 'picture.jpg')
  writeFileSync(path, binaryFixtures['png']!)
  const { definition, confidence, conflict } = await registry.identify(path)
  expect([definition?.id, confidence, conflict]).toEqual(['png', 95, { extension: 'jpg', looksLike: 'png' }])
})

test('a rare format that no rule here knows gets a second look', async () => {
  using dir = createTempDir('types')
  const path = join(dir.path, 'noname')
  // A JPEG XL without its container begins with two bytes only; MPEG layer II sound has frames of another kind.
  writeFileSync(path, Buffer.concat([Buffer.from([0xff, 0xfd, 0x44, 0xc4]), Buffer.alloc(4_000)]))
  expect(registry.identifyBytes(Buffer.from([0xff, 0xfd, 0x44, 0xc4, 0, 0])).definition).toBeNull()
  expect((await registry.identify(path)).definition?.id).toBe('mp3')
})

test('a file that is not there is not found', async () => {
  await expect(registry.identify('/nowhere/at/all.png')).rejects.toMatchObject({ code: 'NotFound' })
})
