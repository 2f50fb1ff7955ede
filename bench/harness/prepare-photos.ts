import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

export const PHOTOS = 40
const WIDTH = 4_000
const HEIGHT = 3_000

/** A folder of JPEGs of 12 megapixels: noise over a gradient, as much detail as a photo has; made once. */
export async function preparePhotos(treeDir: string): Promise<string> {
  const folder = join(treeDir, `photos-${WIDTH}x${HEIGHT}`)
  if (existsSync(folder) && readdirSync(folder).length === PHOTOS) return folder
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < PHOTOS; i++) {
    const noise = { type: 'gaussian' as const, mean: 60 + i * 3, sigma: 12 }
    const small = sharp({ create: { width: WIDTH / 4, height: HEIGHT / 4, channels: 3, background: '#000', noise } })
    const { data, info } = await small.raw().toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    const photo = sharp(data, { raw: { width, height, channels } }).resize(WIDTH, HEIGHT)
    await photo.jpeg({ quality: 90 }).toFile(join(folder, `${i}.jpg`))
  }
  return folder
}
