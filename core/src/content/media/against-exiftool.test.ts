import { execFileSync } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../testing/corpus.ts'
import { box, u16be } from '../../../testing/file-types/bytes.ts'
import { pdfOf } from '../../../testing/documents/index.ts'
import { film } from '../../../testing/media/index.ts'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { readDocument } from './document/read-document.ts'
import { readImage } from './read-image.ts'
import { readVideo } from './video/read-video.ts'

const FORMATS = 'jpg,jpeg,heic,HEIC,heif,tiff,tif,png,webp,gif,bmp,jp2,jxl,ico,svg,pbm,pgm,ppm'
const TAGS =
  'ImageWidth,ImageHeight,Make,Model,LensModel,FNumber,ExposureTime,FocalLength,Orientation,DateTimeOriginal,GPSLatitude,GPSLongitude,GPSAltitude,ProfileDescription,Copyright,ImageDescription,Artist,Keywords,Subject,Rating,CreateDate,Title,Author,Creator,PageCount'

/** Where ours differs, and is meant to. */
const knownDifferences: Readonly<Record<string, readonly string[]>> = {
  // Only in the maker's notes.
  'Reconyx_HC500_Hyperfire.jpg': ['DateTimeOriginal'],
  // Two tags of the same name: exiftool shows the maker's.
  'kodak-dc240.jpg': ['FNumber', 'ExposureTime'],
}

/** The share of the values of exiftool that ours must equal. */
const AGREEMENT = 0.995

function exiftoolOf(files: readonly string[]): Record<string, unknown>[] | null {
  try {
    const tags = TAGS.split(',').map((tag) => `-${tag}`)
    const text = execFileSync('exiftool', ['-j', '-n', '-q', ...tags, ...files], {
      encoding: 'utf8',
      maxBuffer: 2 ** 27,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return JSON.parse(text) as Record<string, unknown>[]
  } catch {
    return null
  }
}

test('what exiftool finds in real pictures is found', async ({ skip }) => {
  if (!corpus) return skip(NO_CORPUS)
  const files = globSync(join(corpus, `{exif-samples,orientation,heic,small,ocr}/**/*.{${FORMATS}}`))
  const answers = exiftoolOf(files)
  if (!answers) return skip('exiftool is not on PATH')
  expect(answers.length).toBeGreaterThan(120)
  let compared = 0
  let known = 0
  const differences: string[] = []
  for (const answer of answers) {
    const path = String(answer['SourceFile'])
    const name = path.split('/').at(-1)!
    const row = await rowOf(path)
    for (const [tag, ours] of Object.entries(row)) {
      const theirs = answer[tag]
      // Cameras write zero for an unknown value.
      if (theirs === undefined || theirs === 0 || theirs === '') continue
      compared++
      if (isAlike(ours, theirs)) continue
      if (knownDifferences[name]?.includes(tag)) known++
      else differences.push(`${name} ${tag}: ${JSON.stringify(ours)}, exiftool ${JSON.stringify(theirs)}`)
    }
  }
  expect(compared).toBeGreaterThan(800)
  expect(differences).toEqual([])
  expect(1 - known / compared).toBeGreaterThanOrEqual(AGREEMENT)
})

test('what exiftool finds in films and in a PDF is found', async ({ skip }) => {
  using dir = createTempDir('exiftool')
  const write = (name: string, content: Uint8Array) => {
    writeFileSync(join(dir.path, name), content)
    return join(dir.path, name)
  }
  const createdMs = Date.parse('2024-05-01T08:20:30Z')
  const values = {
    'com.apple.quicktime.location.ISO6709': '-33.8577+151.2150+035.000/',
    'com.apple.quicktime.make': 'Apple',
    'com.apple.quicktime.model': 'iPhone 15 Pro',
  }
  const films = [
    write('apple.mov', film('qt  ', { values, createdMs })),
    write('older.mov', film('isom', { userData: placeBox('+37.4219-122.0840/'), createdMs })),
  ]
  const info = "<< /Title (Plan) /Author (Ada) /Creator (Writer) /CreationDate (D:20240501102030+02'00') >>"
  const bodies = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 12 >>', info]
  const pdf = write('a.pdf', pdfOf(bodies, '/Info 3 0 R'))
  const answers = exiftoolOf([...films, pdf])
  if (!answers) return skip('exiftool is not on PATH')
  const found = await Promise.all(
    films.map(async (path) => {
      const reading = await readVideo(path)
      if (!reading || 'state' in reading) throw new Error(JSON.stringify(reading))
      const { row } = reading
      return {
        Make: row.camera_make,
        Model: row.camera_model,
        GPSLatitude: row.latitude,
        GPSLongitude: row.longitude,
        GPSAltitude: row.altitude,
        CreateDate: row.creation_time?.replaceAll('-', ':').replace('T', ' ').replace('Z', ''),
      }
    }),
  )
  const document = await readDocument(pdf)
  if (!document || 'state' in document) throw new Error(JSON.stringify(document))
  const { row } = document
  const paper = { Title: row.title, Author: row.author, Creator: row.program, PageCount: row.pages }
  const ours = [...found, paper].map((each) => Object.entries(each).filter(([, value]) => value !== null))
  const theirs = ours.map((each, i) => each.map(([name]) => [name, answers[i]![name]]))
  expect(ours).toEqual(theirs)
  expect(ours.map((each) => each.length)).toEqual([6, 3, 4])
})

/** A place in the older form of QuickTime. */
function placeBox(text: string): Uint8Array {
  return box('©xyz', u16be(text.length), u16be(0x15c7), text)
}

async function rowOf(path: string): Promise<Record<string, unknown>> {
  const reading = await readImage(path)
  if (!reading || 'state' in reading) return { ImageWidth: null }
  const { row } = reading
  return {
    ImageWidth: row.width,
    ImageHeight: row.height,
    Make: row.camera_make,
    Model: row.camera_model,
    LensModel: row.lens_model,
    FNumber: row.aperture,
    ExposureTime: row.shutter_speed,
    FocalLength: row.focal_length,
    Orientation: row.orientation,
    DateTimeOriginal: row.taken_at?.slice(0, 19).replaceAll('-', ':').replace('T', ' '),
    GPSLatitude: row.latitude,
    GPSLongitude: row.longitude,
    GPSAltitude: row.altitude,
    ProfileDescription: row.color_profile,
    Copyright: row.copyright,
    ImageDescription: row.description,
    Artist: row.artist,
    Keywords: keywordsOf(row.keywords),
    Subject: keywordsOf(row.keywords),
    Rating: row.rating,
  }
}

function keywordsOf(stored: string | null): readonly string[] {
  return stored === null ? [] : (JSON.parse(stored) as string[])
}

function isAlike(ours: unknown, theirs: unknown): boolean {
  // Ours are those of all the tags together.
  if (Array.isArray(ours)) return [theirs].flat().every((each) => ours.includes(String(each)))
  if (typeof ours === 'number') return Math.abs(ours - Number(theirs)) <= Math.abs(ours) * 1e-3 + 1e-6
  const plain = (value: unknown) =>
    typeof value === 'number' ? `${value}` : typeof value === 'string' ? value.trim() : ''
  // A date may have a fraction and an offset behind it.
  const isDate = /^\d{4}:\d\d:\d\d /.test(plain(theirs))
  return plain(ours) === (isDate ? plain(theirs).slice(0, 19) : plain(theirs))
}
