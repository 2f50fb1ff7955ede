import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SidecarPools } from '../core/src/sidecars/index.ts'
import { corpus, NO_CORPUS } from '../core/testing/corpus.ts'
import { makeInProcess } from './engine/make-in-process.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { quantile } from './harness/statistics.ts'

/** Of a phone: 4032 × 3024 in a grid of tiles. */
const PHOTO = 'exif-samples/heic/mobile/iphone_13_pro_max.HEIC'
const COPIES = 12
/** Requests at once: as many processes, and as many programs of a peer. */
const PARALLEL = 2
const SIDES = [512, 768, 1_024]
const PEER = 'heif-convert + vipsthumbnail'

export const thumbnailsHeic = defineBenchmark({
  name: 'thumbnails-heic',
  title: `three thumbnails of each of ${COPIES} HEIC photos of a phone, 12 megapixels in tiles`,
  runs: 3,
  figures: [
    { id: 'rate', what: 'photos, by two processes', unit: 'images/s', goal: { atLeast: 2, ratioTo: PEER } },
    { id: 'p95', what: 'one photo, 95 %', unit: 'ms', goal: null },
  ],
  remarks: [
    'The peer decodes a photo to a JPEG and makes the three sizes of it in one start. Ours includes the thumbhash.',
  ],
  setup({ scratch }) {
    const photo = join(corpus ?? '', PHOTO)
    if (!existsSync(photo)) throw new Error(`a HEIC photo is missing: this benchmark ${NO_CORPUS}`)
    const dir = scratch('heic')
    const files = Array.from({ length: COPIES }, (_, i) => join(dir, `${i}.heic`))
    for (const file of files) copyFileSync(photo, file)
    const inTurn = async (make: (file: string, out: string) => Promise<unknown>): Promise<Sample> => {
      const out = join(dir, 'out')
      mkdirSync(out)
      const times: number[] = []
      const waiting = [...files]
      const begun = performance.now()
      await Promise.all(
        Array.from({ length: PARALLEL }, async () => {
          for (let file = waiting.pop(); file; file = waiting.pop()) {
            const start = performance.now()
            await make(file, join(out, String(waiting.length)))
            times.push(performance.now() - start)
          }
        }),
      )
      rmSync(out, { recursive: true })
      return { rate: (files.length * 1_000) / (performance.now() - begun), p95: quantile(times, 0.95) }
    }
    return Promise.resolve([
      {
        name: OURS,
        async measure() {
          await using pools = new SidecarPools()
          return await inTurn((path, out) => makeInProcess(pools, { path, type: 'image', mime: 'image/heic' }, out))
        },
      },
      {
        name: PEER,
        program: 'heif-convert',
        measure: () =>
          inTurn(async (file, out) => {
            await timeProgram('heif-convert', [file, `${out}.jpg`])
            for (const side of SIDES)
              await timeProgram('vipsthumbnail', [`${out}.jpg`, '--size', `${side}`, '-o', `${out}-${side}.webp[Q=85]`])
          }),
      },
    ])
  },
})
