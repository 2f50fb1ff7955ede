import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../../../testing/corpus.ts'
import { drawn } from '../raw-pixels.ts'
import { decodeHeif } from './decode-heif.ts'

const SIDE = 256

/** The mean colour of a part of a picture, given in parts of width and height. */
async function meanColour(picture: Awaited<ReturnType<typeof decodeHeif>>, x: number, y: number, part: number) {
  const { width, height } = picture
  const at = { left: Math.floor(x * width), top: Math.floor(y * height) }
  const size = { width: Math.floor(part * width), height: Math.floor(part * height) }
  // Statistics are of what was given, whatever is cut out of it: so it is cut first.
  const data = await drawn(picture)
    .extract({ ...at, ...size })
    .raw()
    .toBuffer()
  const { channels } = await drawn({ ...picture, ...size, data }).stats()
  return channels.slice(0, 3).map(({ mean }) => Math.round(mean))
}

test.skipIf(!corpus)(`a photo of a grid of tiles, turned by its container alone (${NO_CORPUS})`, async () => {
  const bytes = readFileSync(join(corpus!, 'exif-samples/heic/mobile/iphone_13_pro_max.HEIC'))
  const picture = await decodeHeif(bytes, SIDE)
  expect([picture.width, picture.height, picture.engine.name]).toEqual([192, 256, 'node-webcodecs'])
  // The blue table cloth is at the bottom.
  const [red, , blue] = await meanColour(picture, 0.4, 0.8, 0.15)
  expect(blue).toBeGreaterThan(red! + 20)
})

test.skipIf(!corpus)(`one that is a single picture (${NO_CORPUS})`, async () => {
  const bytes = readFileSync(join(corpus!, 'heic/example.heic'))
  const picture = await decodeHeif(bytes, SIDE)
  expect([picture.width, picture.height]).toEqual([256, 171])
  // The sky at the top is blue, the trees at the left are brown.
  const [red, , blue] = await meanColour(picture, 0.4, 0.02, 0.1)
  expect(blue).toBeGreaterThan(red! + 50)
})

test.skipIf(!corpus)(`one that is cut off at any place is refused or shown in part (${NO_CORPUS})`, async () => {
  const bytes = readFileSync(join(corpus!, 'exif-samples/heic/samplefilehub.heif'))
  for (const part of [0.001, 0.01, 0.1, 0.5, 0.9]) {
    const cut = bytes.subarray(0, Math.floor(bytes.length * part))
    const outcome = await decodeHeif(cut, SIDE).then(
      (picture) => picture.width,
      (err: { code: string }) => err.code,
    )
    expect([256, 'Corrupt']).toContain(outcome)
  }
})
