import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { EmbeddedTesseract } from '../core/src/sidecars/generators/ocr/engines/embedded-tesseract.ts'
import type { OcrEngine } from '../core/src/sidecars/generators/ocr/engines/engine.ts'
import { findTesseract } from '../core/src/sidecars/generators/ocr/engines/tesseract-program.ts'
import { readContent } from '../core/src/sidecars/generators/ocr/read-content.ts'
import { accuracyOf } from '../core/src/sidecars/generators/ocr/test/accuracy.ts'
import { SidecarPools } from '../core/src/sidecars/index.ts'
import { corpus, NO_CORPUS } from '../core/testing/corpus.ts'
import { ssim } from '../core/testing/media/index.ts'
import { makeInProcess } from './engine/make-in-process.ts'
import { boxQuality } from '../core/src/sidecars/generators/ocr/test/word-boxes.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { isInstalled } from './harness/program.ts'

/** Scans whose text is known. The others of the corpus are in five languages, or magazine pages with pictures. */
const SCAN = 'phototest.tif'
const MAGAZINES = ['8071_093.3B', '8087_054.3B']
const BUDGET_MS = 600_000
const VARIANT = 'detail@1x'
/** One scene in all orientations that the corpus has of it, the first of which is upright. */
const SCENES = [
  'orientation/Landscape',
  'orientation/Portrait',
  'exif-samples/jpg/orientation/landscape',
  'exif-samples/jpg/orientation/portrait',
]
/** Turned wrongly, these scenes have less than half of it. */
const SAME_SCENE = 0.6

export const quality = defineBenchmark({
  name: 'quality',
  title: 'how right thumbnails and read text are',
  runs: 1,
  figures: [
    { id: 'scan', what: 'wrong letters of a clean scan, embedded engine', unit: '%', goal: { atMost: 1 } },
    { id: 'magazine', what: 'wrong letters of two magazine pages, embedded engine', unit: '%', goal: { atMost: 9 } },
    { id: 'scanProgram', what: 'wrong letters of a clean scan, by the program', unit: '%', goal: { atMost: 1 } },
    {
      id: 'magazineProgram',
      what: 'wrong letters of two magazine pages, by the program',
      unit: '%',
      goal: { atMost: 9 },
    },
    { id: 'covered', what: 'ink of a clean scan that lies in the boxes of words', unit: '%', goal: { atLeast: 98 } },
    { id: 'tight', what: 'part of a word’s box that its ink fills', unit: '%', goal: { atLeast: 85 } },
    {
      id: 'ssim',
      what: 'SSIM of thumbnails and whole decodes of the corpus’s photos, on average',
      unit: '×',
      goal: { atLeast: 0.95 },
    },
    { id: 'leastSsim', what: 'the same, of the worst', unit: '×', goal: { atLeast: 0.85 } },
    {
      id: 'heicSsim',
      what: 'SSIM of thumbnails of HEIC and what heif-convert decodes, of the worst',
      unit: '×',
      goal: { atLeast: 0.9 },
    },
    {
      id: 'turned',
      what: 'photos of one scene, turned and mirrored, that are shown upright',
      unit: '%',
      goal: { atLeast: 100 },
    },
  ],
  remarks: [
    'The peer reads the same scans with `tesseract FILE stdout -l eng`. Pictures of the magazine pages, and columns cut at their edge, count as wrong letters of either.',
    'A whole decode is made smaller in one step and is not encoded; the thumbnail is a WebP of 1,024 pixels.',
  ],
  async setup({ parts, scratch }) {
    if (!corpus) throw new Error(`this benchmark ${NO_CORPUS}`)
    const folder = corpus
    const dir = scratch('quality')
    const embedded = parts.use(new EmbeddedTesseract())
    const program = await findTesseract()
    const pools = parts.use(new SidecarPools({ temporary: join(dir, 'decoders') }))
    const scan = (name: string) => join(folder, 'ocr', name)
    const errors = async (engine: OcrEngine, name: string) => {
      const sidecar = await readContent(scan(name), { type: 'image', mime: 'image/tiff', size: 1 }, engine, {
        budgetMs: BUDGET_MS,
      })
      return percentWrong(sidecar.pages.map(({ text }) => text).join('\n'), truthOf(scan(name)))
    }
    const magazines = async (engine: OcrEngine) => {
      const each: number[] = []
      for (const name of MAGAZINES) each.push(await errors(engine, `${name}.tif`))
      return mean(each)
    }
    const thumbnail = async (path: string, mime: string) => {
      const out = join(dir, basename(path))
      await makeInProcess(pools, { path, type: 'image', mime }, out)
      return readFileSync(`${out}-${VARIANT}.webp`)
    }
    return [
      {
        name: OURS,
        async measure() {
          const page = await readContent(scan(SCAN), { type: 'image', mime: 'image/tiff', size: 1 }, embedded, {
            budgetMs: BUDGET_MS,
          })
          const boxes = await boxQuality(scan(SCAN), page.pages[0]!)
          const photos = globSync(join(folder, 'exif-samples/jpg/*.jpg')).toSorted()
          const alike: number[] = []
          for (const photo of photos) alike.push(await ssim(await thumbnail(photo, 'image/jpeg'), await upright(photo)))
          return {
            scan: await errors(embedded, SCAN),
            magazine: await magazines(embedded),
            ...(program && { scanProgram: await errors(program, SCAN), magazineProgram: await magazines(program) }),
            covered: boxes.covered * 100,
            tight: boxes.tight * 100,
            ssim: mean(alike),
            leastSsim: Math.min(...alike),
            ...(await heic(folder, dir, thumbnail)),
            turned: await turned(folder, thumbnail),
          }
        },
      },
      {
        name: 'tesseract',
        program: 'tesseract',
        measure: () => {
          const read = (name: string) => execFileSync('tesseract', [scan(name), 'stdout', '-l', 'eng'], QUIET)
          const wrong = (name: string) => percentWrong(read(name), truthOf(scan(name)))
          const sample = { scan: wrong(SCAN), magazine: mean(MAGAZINES.map((name) => wrong(`${name}.tif`))) }
          return Promise.resolve({ ...sample, scanProgram: sample.scan, magazineProgram: sample.magazine })
        },
      },
    ]
  },
})

const QUIET: ExecFileSyncOptionsWithStringEncoding = {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
  env: { ...process.env, OMP_THREAD_LIMIT: '1' },
}

type Thumbnail = (path: string, mime: string) => Promise<Buffer>

async function heic(folder: string, dir: string, thumbnail: Thumbnail): Promise<Sample> {
  if (!isInstalled('heif-convert')) return {}
  const alike: number[] = []
  for (const path of globSync(join(folder, '{heic,exif-samples/heic/mobile}/*.{heic,HEIC}'))) {
    const whole = join(dir, `${basename(path)}.png`)
    execFileSync('heif-convert', [path, whole], { stdio: 'ignore' })
    if (existsSync(whole)) alike.push(await ssim(await thumbnail(path, 'image/heic'), readFileSync(whole)))
  }
  return { heicSsim: Math.min(...alike) }
}

async function turned(folder: string, thumbnail: Thumbnail): Promise<number> {
  const right: boolean[] = []
  for (const scene of SCENES) {
    const [first, ...others] = globSync(join(folder, `${scene}_*.jpg`)).toSorted()
    const wanted = await thumbnail(first!, 'image/jpeg')
    for (const other of others) right.push((await ssim(await thumbnail(other, 'image/jpeg'), wanted)) > SAME_SCENE)
  }
  return (right.filter(Boolean).length / right.length) * 100
}

/** The whole photo, upright, in sRGB, as a PNG. */
function upright(path: string): Promise<Buffer> {
  return sharp(path, { failOn: 'none' }).rotate().toColourspace('srgb').png({ compressionLevel: 0 }).toBuffer()
}

function truthOf(scan: string): string {
  return readFileSync(scan.replace(/\.tif$/, '.txt'), 'utf8')
}

function percentWrong(read: string, truth: string): number {
  return accuracyOf(read, truth).errorRate * 100
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
