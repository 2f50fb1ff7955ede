import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

/** Different pictures in the folder `few`. */
export const FEW = 1_000
/** Pictures in the folder `many`, each of them one of `few`. */
export const MANY = 100_000
const WIDTH = 320
const HEIGHT = 240
/** What the last of the many has beyond its picture: nothing is larger. */
const EXTRA_BYTES = 65_536

export interface Pictures {
  /** The folder of both. */
  readonly root: string
  readonly few: string
  readonly many: string
}

/** Two folders of small JPEGs; made once. */
export async function preparePictures(treeDir: string, say: (line: string) => void): Promise<Pictures> {
  const root = join(treeDir, 'pictures')
  const pictures = { root, few: join(root, 'few'), many: join(root, 'many') }
  const stamp = `${root}.json`
  if (existsSync(stamp)) return pictures
  say(`making the pictures of ${root}`)
  rmSync(root, { recursive: true, force: true })
  mkdirSync(pictures.few, { recursive: true })
  mkdirSync(pictures.many)
  const contents: Buffer[] = []
  for (let i = 0; i < FEW; i++) {
    const content = await makePicture(i)
    contents.push(content)
    writeFileSync(join(pictures.few, pictureName(i)), content)
  }
  for (let i = 0; i < MANY; i++) {
    const content = contents[i % FEW]!
    const isLast = i === MANY - 1
    writeFileSync(
      join(pictures.many, pictureName(i)),
      isLast ? Buffer.concat([content, Buffer.alloc(EXTRA_BYTES)]) : content,
    )
  }
  writeFileSync(stamp, JSON.stringify({ few: FEW, many: MANY, width: WIDTH, height: HEIGHT }))
  return pictures
}

export function pictureName(i: number): string {
  return `picture-${String(i).padStart(6, '0')}.jpg`
}

function makePicture(i: number): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 40 + (i % 170), sigma: 8 }
  const background = `hsl(${i % 360}, 50%, 50%)`
  const picture = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background, noise } })
  return picture.jpeg({ quality: 60 }).toBuffer()
}
