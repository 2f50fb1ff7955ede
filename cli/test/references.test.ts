import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { film, livePhoto } from '../../core/testing/media/index.ts'
import { TestHome } from './run-cli.ts'

const modified = new Date('2025-07-14T08:30:00Z')
const nothingMade = 'thumb=off,ocr=off,text=off,transcript=off,embeddings=off'

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="5">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">At sea</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>boat</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>`

/** Two Live Photos, one with an XMP file, and a film of its own. */
async function makePictures(home: string): Promise<string> {
  const root = join(home, 'pictures')
  await mkdir(root)
  const files: Record<string, string | Uint8Array> = {
    'IMG_1.HEIC.xmp': xmp,
    'film.mov': film('qt  ', { durationMs: 90_000, pictures: 'a long film' }),
  }
  for (const n of [1, 2]) {
    const identifier = `7C3A1D5E-0F7B-4F0C-9A54-00000000000${n}`
    files[`IMG_${n}.HEIC`] = livePhoto('heic', { identifier, taken: '2024:05:01 10:20:30' })
    files[`IMG_${n}.MOV`] = film('qt  ', { identifier, pictures: `${n}`.repeat(1_000) })
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(root, name), content)
    await utimes(join(root, name), modified, modified)
  }
  return root
}

const looking: readonly (readonly string[])[] = [
  ['ls', 'pictures'],
  ['sidecar', 'list', 'pictures/IMG_1.HEIC', '--show-paths'],
  ['info', 'pictures/IMG_1.HEIC'],
  ['info', 'pictures/IMG_1.MOV'],
  ['sidecar', 'convert'],
  ['sidecar', 'convert', 'pictures/film.mov', '--dry-run'],
  ['sidecar', 'convert', '--all-live-photos', '--dry-run'],
  ['sidecar', 'convert', '--all-live-photos'],
]

const afterwards: readonly (readonly string[])[] = [
  ['ls', 'pictures'],
  ['sidecar', 'list', 'pictures/IMG_1.HEIC'],
  ['sidecar', 'convert', 'pictures/IMG_1.MOV', '--undo', '--dry-run'],
  ['library', 'delete', 'Pictures'],
]

test('videos of Live Photos and XMP files are shown with what they belong to, moved and moved back', async () => {
  await using home = await TestHome.create()
  const root = await makePictures(home.path)
  await home.run('library', 'create', 'Pictures')
  const added = ['location', 'add', 'pictures', '--no-watch', '--policy', nothingMade, '--wait', '-q']
  expect((await home.run(...added)).code).toBe(0)
  const marks = async () => {
    const { items } = await home.json<{ items: { livePhoto?: boolean; partOf?: unknown }[] }>('ls', 'pictures')
    return items.filter((item) => item.livePhoto || item.partOf).length
  }
  await expect.poll(marks, { interval: 200 }).toBe(5)
  const before = await home.transcripts(looking)
  const video = ['pictures/IMG_1.HEIC', '--kind', 'live-photo-video']
  expect((await home.run('sidecar', 'convert', ...video, '--yes', '--wait')).code).toBe(0)
  const after = await home.transcripts(afterwards)
  // Somebody has put another film where the first came from.
  await writeFile(join(root, 'IMG_1.MOV'), 'something else')
  const refused = await home.transcript('sidecar', 'convert', 'pictures/IMG_1.HEIC', '--undo', '--yes')
  await expect([before, after, refused].join('\n')).toMatchFileSnapshot('./golden/references.txt')
  expect((await readdir(root)).toSorted()).toEqual(
    ['IMG_1.HEIC', 'IMG_1.HEIC.xmp', 'IMG_1.MOV', 'IMG_2.HEIC', 'IMG_2.MOV', 'film.mov'].toSorted(),
  )
})
