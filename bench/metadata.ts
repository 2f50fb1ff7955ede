import { type ChildProcess, spawn } from 'node:child_process'
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { MediaReader } from '../core/src/content/index.ts'
import { corpus } from '../core/testing/corpus.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'

/** Photos that are made where there are no real ones. */
const MADE = 60
/** Ours reads them so often, one time after another: one time is over before the clock can tell. */
const ROUNDS = 5

export const metadata = defineBenchmark({
  name: 'metadata',
  title: 'what photos say of themselves: size, camera, time, place, colours',
  runs: 3,
  figures: [
    { id: 'rate', what: 'photos, one after another', unit: 'files/s', goal: { atLeast: 20, ratioTo: 'exiftool' } },
    { id: 'fast', what: 'photos, one after another, exiftool with `-fast`', unit: 'files/s', goal: null },
  ],
  remarks: [
    'exiftool runs in stay-open mode, has been started before, and reads the same tags; ours reads in the thread that indexing uses.',
    'The photos are those of real cameras in the corpus; where it is absent, photos with EXIF made by the benchmark.',
  ],
  async setup({ parts, scratch }) {
    const files = corpus ? realPhotos(corpus) : await madePhotos(scratch('metadata'))
    const reader = parts.use(new MediaReader())
    return [
      {
        name: OURS,
        async measure() {
          for (const file of files) await reader.read(file, 'image')
          const begun = performance.now()
          for (let round = 0; round < ROUNDS; round++) for (const file of files) await reader.read(file, 'image')
          const rate = (files.length * ROUNDS * 1_000) / (performance.now() - begun)
          return { rate, fast: rate }
        },
      },
      {
        name: 'exiftool',
        program: 'exiftool',
        async measure() {
          await using exiftool = new StayingExiftool()
          await exiftool.ask([files[0]!])
          return { rate: await rateOf(exiftool, files, []), fast: await rateOf(exiftool, files, ['-fast']) }
        },
      },
    ]
  },
})

async function rateOf(exiftool: StayingExiftool, files: readonly string[], options: readonly string[]) {
  const begun = performance.now()
  for (const file of files) await exiftool.ask([...TAGS, ...options, file])
  return (files.length * 1_000) / (performance.now() - begun)
}

const TAGS = [
  'ImageWidth',
  'ImageHeight',
  'DateTimeOriginal',
  'OffsetTimeOriginal',
  'SubSecTimeOriginal',
  'GPSLatitude',
  'GPSLongitude',
  'GPSAltitude',
  'Make',
  'Model',
  'LensModel',
  'FocalLength',
  'FNumber',
  'ExposureTime',
  'ISO',
  'Orientation',
  'ColorSpace',
  'ProfileDescription',
  'BitsPerSample',
  'Artist',
  'Copyright',
  'ImageDescription',
].map((tag) => `-${tag}`)

/** One exiftool that is asked again and again. */
class StayingExiftool implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #waiting: (() => void)[] = []

  constructor() {
    this.#child = spawn('exiftool', ['-stay_open', 'True', '-@', '-'], { stdio: ['pipe', 'pipe', 'ignore'] })
    createInterface(this.#child.stdout!).on('line', (line) => {
      if (line === '{ready}') this.#waiting.shift()?.()
    })
  }

  async ask(args: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    this.#child.stdin!.write(`${['-j', '-n', ...args, '-execute'].join('\n')}\n`)
    await promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin!.end('-stay_open\nFalse\n')
    await ended
  }
}

function realPhotos(folder: string): string[] {
  return globSync(join(folder, '{exif-samples,orientation,heic}/**/*.{jpg,jpeg,heic,HEIC,heif,tiff}')).toSorted()
}

async function madePhotos(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  const exif = {
    IFD0: { Make: 'Maker', Model: 'Box 1', Artist: 'Ada' },
    IFD2: { DateTimeOriginal: '2024:05:01 10:20:30', ExposureTime: '1/50', FNumber: '28/10' },
  }
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 }
  const photo = sharp({ create: { width: 2_000, height: 1_500, channels: 3, background: '#000', noise } })
  const content = await photo.withExif(exif).jpeg().toBuffer()
  return Array.from({ length: MADE }, (_, i) => {
    const path = join(folder, `${i}.jpg`)
    writeFileSync(path, content)
    return path
  })
}
