import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../testing/corpus.ts'
import { readImage } from './read-image.ts'

const FORMATS = 'jpg,jpeg,heic,HEIC,heif,tiff,tif,png,webp,gif,bmp,jp2,jxl,ico,svg,pbm,pgm,ppm'
const TAGS =
  'ImageWidth,ImageHeight,Make,Model,LensModel,FNumber,ExposureTime,FocalLength,Orientation,DateTimeOriginal,GPSLatitude,GPSLongitude,GPSAltitude,ProfileDescription,Copyright,ImageDescription'

/** Where ours differs, and is meant to. */
const knownDifferences: Readonly<Record<string, readonly string[]>> = {
  // A clock that shows another form of date, and one that another tag has.
  'Reconyx_HC500_Hyperfire.jpg': ['DateTimeOriginal'],
  // Two tags of the same name: exiftool shows the maker's.
  'WWL_(Polaroid)_ION230.jpg': ['Model'],
  'kodak-dc240.jpg': ['FNumber', 'ExposureTime'],
  // Only in directories that are not where they should be.
  'olympus-d320l.jpg': ['FNumber', 'ExposureTime', 'DateTimeOriginal'],
  'sony-powershota5.jpg': ['Make', 'Model', 'FocalLength', 'DateTimeOriginal'],
}

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
      if (!isAlike(ours, theirs) && !knownDifferences[name]?.includes(tag))
        differences.push(`${name} ${tag}: ${JSON.stringify(ours)}, exiftool ${JSON.stringify(theirs)}`)
    }
  }
  expect(compared).toBeGreaterThan(700)
  expect(differences).toEqual([])
})

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
  }
}

function isAlike(ours: unknown, theirs: unknown): boolean {
  if (typeof ours === 'number') return Math.abs(ours - Number(theirs)) <= Math.abs(ours) * 1e-3 + 1e-6
  const plain = (value: unknown) =>
    typeof value === 'number' ? `${value}` : typeof value === 'string' ? value.trim() : ''
  // A date may have a fraction and an offset behind it.
  const isDate = /^\d{4}:\d\d:\d\d /.test(plain(theirs))
  return plain(ours) === (isDate ? plain(theirs).slice(0, 19) : plain(theirs))
}
