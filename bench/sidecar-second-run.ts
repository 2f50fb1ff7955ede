import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawA4 } from '../core/src/sidecars/generators/ocr/test/pictures.ts'
import { EngineProcess } from './engine/engine-process.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { PHOTOS, preparePhotos } from './harness/prepare-photos.ts'

const SCANS = 4
const WORDS_A_LINE = 12
const LINES = 35
const TEXTS = 400

export const sidecarSecondRun = defineBenchmark({
  name: 'sidecar-second-run',
  title: `a second look at ${PHOTOS} photos, ${SCANS} scans and ${TEXTS} texts whose sidecars are there`,
  runs: 3,
  figures: [
    {
      id: 'again',
      what: 'the second run over the same folder',
      unit: 's',
      goal: { atMost: 0.02, ratioTo: 'first run' },
    },
  ],
  remarks: [
    'Both runs index the folder too; all kinds that a desktop makes are on. That nothing is made again is checked.',
  ],
  async setup({ scratch, treeDir }) {
    const dir = scratch('sidecar-second-run')
    const folder = join(dir, 'files')
    cpSync(await preparePhotos(treeDir), folder, { recursive: true })
    for (let i = 0; i < SCANS; i++) {
      const lines = Array.from({ length: LINES }, (_, line) => wordsOf(line + i * LINES))
      writeFileSync(join(folder, `scan ${i}.png`), await drawA4(lines))
    }
    mkdirSync(join(folder, 'texts'))
    for (let i = 0; i < TEXTS; i++) writeFileSync(join(folder, 'texts', `${i}.txt`), `Letter ${i}.\n${wordsOf(i)}\n`)
    let first = 0
    return [
      {
        name: OURS,
        async measure() {
          const dataDir = join(dir, 'data')
          rmSync(dataDir, { recursive: true, force: true })
          await using engine = await EngineProcess.start(dataDir)
          const { againSeconds, firstSeconds } = await engine.ask('makeSidecarsTwice', { path: folder })
          first = firstSeconds
          return { again: againSeconds }
        },
      },
      { name: 'first run', measure: async () => ({ again: first }) },
    ]
  },
})

const WORDS = ['meadow', 'winter', 'letter', 'harbour', 'lantern', 'orchard', 'silver', 'journey']

function wordsOf(seed: number): string {
  return Array.from({ length: WORDS_A_LINE }, (_, i) => WORDS[(seed * 5 + i * 3) % WORDS.length]).join(' ')
}
