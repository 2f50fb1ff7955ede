import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { decode } from '../core/src/sidecars/generators/thumb/decoders/pdf.ts'
import { SidecarPools } from '../core/src/sidecars/index.ts'
import { pdfOf, pdfStream } from '../core/testing/documents/index.ts'
import { makeInProcess } from './engine/make-in-process.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { quantile } from './harness/statistics.ts'

/** Documents of each kind: no two alike in name, so that nothing is made once for all. */
const COPIES = 10
const SIDE = 1_024
const A4 = [595, 842] as const
/** A4 at 200 dots an inch. */
const SCAN = [1_654, 2_339] as const
const LINES = 45

export const thumbnailsPdf = defineBenchmark({
  name: 'thumbnails-pdf',
  title: `the first page of PDFs, ${SIDE} pixels high, ${COPIES} of each kind one after another`,
  runs: 3,
  figures: [
    { id: 'text', what: 'a page of text, drawn', unit: 'ms', goal: { atMost: 1 / 1.5, ratioTo: 'pdftoppm' } },
    { id: 'scan', what: 'a scanned page, drawn', unit: 'ms', goal: { atMost: 1 / 1.5, ratioTo: 'pdftoppm' } },
    { id: 'drawing', what: 'a page of 5,000 lines, drawn', unit: 'ms', goal: { atMost: 1 / 1.5, ratioTo: 'pdftoppm' } },
    { id: 'textKept', what: 'a page of text, kept: three WebP and the thumbhash of ours', unit: 'ms', goal: null },
    { id: 'scanKept', what: 'a scanned page, kept', unit: 'ms', goal: null },
    { id: 'drawingKept', what: 'a page of 5,000 lines, kept', unit: 'ms', goal: null },
  ],
  remarks: [
    'Drawn is from the file to pixels; pdftoppm writes them as they are (PPM). Kept is what is left on the disk: of ours three sizes of WebP, of pdftoppm one JPEG, which takes less time and more bytes.',
    'Ours has been started before, as it is from the second file on; pdftoppm is started for each.',
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('pdf')
    const kinds = { text: textPage(), scan: await scanPage(), drawing: drawingPage() }
    const files = new Map(
      Object.entries(kinds).map(([kind, content]) => [
        kind,
        Array.from({ length: COPIES }, (_, i) => {
          const path = join(dir, `${kind}${i}.pdf`)
          writeFileSync(path, content)
          return path
        }),
      ]),
    )
    const out = join(dir, 'out')
    mkdirSync(out)
    const pools = parts.use(new SidecarPools({ temporary: join(dir, 'decoders') }))
    const pdf = { type: 'document', mime: 'application/pdf' } as const
    const draw = (path: string) => decode(path, { ...pdf, size: statSync(path).size }, SIDE)
    const keep = (path: string, to: string) => makeInProcess(pools, { path, ...pdf }, to)
    const pdftoppm = (format: readonly string[]) => (path: string, to: string) =>
      timeProgram('pdftoppm', ['-f', '1', '-singlefile', '-scale-to', String(SIDE), ...format, path, to])
    const both = async (drawing: Make, keeping: Make): Promise<Sample> => {
      const sample: Record<string, number> = {}
      for (const [kind, paths] of files) {
        sample[kind] = await medianOf(paths, out, drawing)
        sample[`${kind}Kept`] = await medianOf(paths, out, keeping)
      }
      return sample
    }
    await both(draw, keep)
    return [
      { name: OURS, measure: () => both(draw, keep) },
      { name: 'pdftoppm', program: 'pdftoppm', measure: () => both(pdftoppm([]), pdftoppm(['-jpeg'])) },
    ]
  },
})

type Make = (path: string, to: string) => Promise<unknown>

async function medianOf(paths: readonly string[], out: string, make: Make): Promise<number> {
  const times: number[] = []
  for (const [i, path] of paths.entries()) {
    const begun = performance.now()
    await make(path, join(out, String(i)))
    times.push(performance.now() - begun)
  }
  return quantile(times, 0.5)
}

function page(drawing: string, resources: string, objects: readonly string[] = []): Buffer {
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${A4.join(' ')}] /Resources << ${resources} >> /Contents 4 0 R >>`,
    pdfStream('', drawing),
    ...objects,
  ])
}

function textPage(): Buffer {
  const line = 'The harbour was quiet when the morning light came over the mountain and the river.'
  const lines = Array.from({ length: LINES }, (_, i) => `1 0 0 1 50 ${790 - 16 * i} Tm (${i} ${line}) Tj`)
  const font = '/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>'
  return page(`BT /F 12 Tf ${lines.join(' ')} ET`, font)
}

async function scanPage(): Promise<Buffer> {
  const [width, height] = SCAN
  const noise = { type: 'gaussian' as const, mean: 235, sigma: 8 }
  const scan = sharp({ create: { width, height, channels: 3, background: '#fff', noise } }).greyscale()
  const jpeg = (await scan.jpeg().toBuffer()).toString('latin1')
  const about = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode`
  return page(`${A4[0]} 0 0 ${A4[1]} 0 0 cm /I Do`, '/XObject << /I 5 0 R >>', [pdfStream(about, jpeg)])
}

function drawingPage(): Buffer {
  const lines = Array.from(
    { length: 5_000 },
    (_, i) => `${(i * 37) % A4[0]} ${(i * 91) % A4[1]} m ${(i * 53) % A4[0]} ${(i * 17) % A4[1]} l S`,
  )
  return page(`0.3 w ${lines.join(' ')}`, '')
}
