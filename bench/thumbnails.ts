import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SidecarPools } from '../core/src/sidecars/index.ts'
import { EngineProcess } from './engine/engine-process.ts'
import { makeInProcess } from './engine/make-in-process.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { measureFiles } from './harness/measure-files.ts'
import { timeProgram } from './harness/program.ts'
import { PHOTOS, preparePhotos } from './harness/prepare-photos.ts'

/** Longer sides of what is made by default. */
const SIDES = [512, 768, 1_024]

export const thumbnails = defineBenchmark({
  name: 'thumbnails',
  title: `three thumbnails of each of ${PHOTOS} photos of 12 megapixels`,
  runs: 3,
  figures: [
    { id: 'rate', what: 'photos, by two processes', unit: 'images/s', goal: { atLeast: 4, ratioTo: 'vipsthumbnail' } },
    { id: 'p95', what: 'one photo, 95 %', unit: 'ms', goal: { atMost: 500 } },
    {
      id: 'system',
      what: 'through the whole system: queue, rows, files, checksums, events',
      unit: 'images/s',
      goal: { atLeast: 0.9, ratioTo: 'pipeline' },
    },
  ],
  remarks: [
    '`pipeline` is our own processes without the system; a peer writes the three sizes of a photo from one start each.',
  ],
  async setup({ treeDir, scratch }) {
    const photos = await preparePhotos(treeDir)
    const files = readdirSync(photos).map((name) => join(photos, name))
    const dir = scratch('thumbnails')
    const inTurn = (make: (file: string, out: string) => Promise<unknown>) =>
      measureFiles(files, join(dir, 'out'), make)
    const pipeline = async () => {
      await using pools = new SidecarPools({ temporary: join(dir, 'decoders') })
      return await inTurn((file, out) => makeInProcess(pools, { path: file, type: 'image', mime: 'image/jpeg' }, out))
    }
    return [
      {
        name: OURS,
        async measure() {
          const dataDir = join(dir, 'data')
          rmSync(dataDir, { recursive: true, force: true })
          await using engine = await EngineProcess.start(dataDir)
          const whole = await engine.ask('makeThumbnails', { path: photos })
          return {
            ...(await pipeline()),
            system: files.length / whole.seconds,
          }
        },
      },
      { name: 'pipeline', measure: async () => ({ system: (await pipeline())['rate']! }) },
      {
        name: 'vipsthumbnail',
        program: 'vipsthumbnail',
        measure: () =>
          inTurn(async (file, out) => {
            for (const side of SIDES)
              await timeProgram('vipsthumbnail', [file, '--size', `${side}`, '-o', `${out}-${side}.webp[Q=85]`])
          }),
      },
      {
        name: 'ImageMagick',
        program: 'convert',
        measure: () =>
          inTurn((file, out) => {
            const each = SIDES.toReversed().flatMap((side) => [
              '-resize',
              `${side}x${side}`,
              '-write',
              `${out}-${side}.webp`,
            ])
            return timeProgram('convert', ['-define', 'jpeg:size=2048x2048', file, '-quality', '85', ...each, 'null:'])
          }),
      },
      {
        name: 'ffmpeg',
        program: 'ffmpeg',
        measure: () =>
          inTurn((file, out) => {
            const each = SIDES.flatMap((side) => ['-vf', `scale=${side}:-1`, '-quality', '85', `${out}-${side}.webp`])
            return timeProgram('ffmpeg', ['-v', 'error', '-i', file, ...each])
          }),
      },
    ]
  },
})
