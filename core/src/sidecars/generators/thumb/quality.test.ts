import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import { ssim } from '../../../../testing/media/index.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { PLAIN_REQUEST } from '../../processes/test/plain-request.ts'
import { make } from './make.ts'

/** Photos that are compared; `npm run bench -- quality` takes all. */
const PHOTOS = 6
const LEAST_ALIKE = 0.95
/** Turned wrongly, a scene has less than half of it. */
const SAME_SCENE = 0.6

async function thumbnail(source: string): Promise<Buffer> {
  using temp = createTempDir('quality')
  const path = join(temp.path, `${basename(source)}.webp`)
  const size = statSync(source).size
  const outputs = [{ variant: 'grid@3x', format: 'webp', path, draft: path }]
  const content = { type: 'image' as const, mime: 'image/jpeg', size }
  await make({ ...PLAIN_REQUEST, source, content, outputs })
  return readFileSync(path)
}

test('thumbnails of photos are what a whole decode gives, made smaller', async ({ skip }) => {
  if (!corpus) return skip(NO_CORPUS)
  const photos = globSync(join(corpus, 'exif-samples/jpg/*.jpg')).toSorted().slice(0, PHOTOS)
  for (const photo of photos) {
    const whole = await sharp(photo, { failOn: 'none' }).rotate().toColourspace('srgb').png().toBuffer()
    expect.soft(await ssim(await thumbnail(photo), whole), photo).toBeGreaterThan(LEAST_ALIKE)
  }
})

test.skipIf(!corpus).each(['landscape', 'portrait'])('a scene in all eight orientations: %s', async (scene) => {
  const turned = globSync(join(corpus!, `exif-samples/jpg/orientation/${scene}_*.jpg`)).toSorted()
  expect(turned).toHaveLength(8)
  const upright = await thumbnail(turned[0]!)
  for (const photo of turned.slice(1))
    expect.soft(await ssim(await thumbnail(photo), upright), photo).toBeGreaterThan(SAME_SCENE)
})
