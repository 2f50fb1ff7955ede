import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { SidecarPools } from '../core/src/sidecars/index.ts'
import { corpus, NO_CORPUS } from '../core/testing/corpus.ts'
import { makeInProcess } from './engine/make-in-process.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { measureFiles } from './harness/measure-files.ts'
import { timeProgram } from './harness/program.ts'

/** Of a phone: 4032 × 3024 in a grid of tiles. */
const PHOTO = 'exif-samples/heic/mobile/iphone_13_pro_max.HEIC'
const COPIES = 12
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
    const inTurn = (make: (file: string, out: string) => Promise<unknown>) =>
      measureFiles(files, join(dir, 'out'), make)
    return Promise.resolve([
      {
        name: OURS,
        async measure() {
          await using pools = new SidecarPools({ temporary: join(dir, 'decoders') })
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
