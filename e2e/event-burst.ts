import { once } from 'node:events'
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { Core } from '@spacedrive/core'
import { createTempDir } from '@spacedrive/core/testing'

export interface BurstResult {
  /** What the file system was asked to do; each makes at least one event. */
  readonly operations: number
  /** How long that took, and how long until the index was equal to the disk again, in milliseconds. */
  readonly burstMs: number
  readonly settledMs: number
  /** How the index differs from the disk in the end. */
  readonly differences: number
  readonly files: number
  /** Resident memory of the engine before, and the most there was. */
  readonly idleBytes: number
  readonly peakBytes: number
}

interface Burst {
  readonly root: string
  readonly files: number
}

/** Made, written to, written to again, renamed, and every other one removed. */
const OPERATIONS_PER_FILE = 4.5
const FILES_PER_FOLDER = 500
const SAMPLE_MS = 50
/** The index is compared with the disk this often; a comparison of a hundred thousand files takes a second. */
const COMPARE_MS = 1_000
const PATIENCE_MS = 600_000

/** Lets a thread storm through a watched folder, and waits until the index knows all that it did, by the watcher alone. */
export async function burst({ operations }: { operations: number }): Promise<BurstResult> {
  using temp = createTempDir('burst')
  const root = join(temp.path, 'files')
  mkdirSync(root)
  await using core = await Core.open({ dataDir: join(temp.path, 'data'), generators: [] })
  await core.libraries.create({ name: 'Burst' })
  const library = core.libraries.resolve()
  const { job } = await library.locations.add({ path: root, mode: 'shallow' })
  await library.jobs.wait(job.id)
  await watched(core, root)
  const idleBytes = process.memoryUsage.rss()
  let peakBytes = idleBytes
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }, SAMPLE_MS)
  const begun = performance.now()
  const storm = new Worker(new URL(import.meta.url), {
    workerData: { root, files: Math.ceil(operations / OPERATIONS_PER_FILE) } satisfies Burst,
  })
  await once(storm, 'exit')
  const burstMs = performance.now() - begun
  let differences = await compare(core, root)
  while (differences > 0 && performance.now() - begun < burstMs + PATIENCE_MS) {
    await delay(COMPARE_MS)
    differences = await compare(core, root)
  }
  const settledMs = performance.now() - begun - burstMs
  clearInterval(sampling)
  const [location] = await library.locations.list()
  return {
    operations,
    burstMs: Math.round(burstMs),
    settledMs: Math.round(settledMs),
    differences,
    files: location?.counts.files ?? 0,
    idleBytes,
    peakBytes,
  }
}

/** Resolves once a change is noticed without anybody asking for a scan. */
async function watched(core: Core, root: string): Promise<void> {
  writeFileSync(join(root, 'seen'), '')
  const begun = performance.now()
  while ((await compare(core, root)) > 0) {
    if (performance.now() - begun > PATIENCE_MS) throw new Error('the folder is not watched')
    await delay(SAMPLE_MS)
  }
}

async function compare(core: Core, root: string): Promise<number> {
  const { total } = await core.libraries
    .resolve()
    .indexing.verify({ path: root, content: false, fix: false }, AbortSignal.timeout(PATIENCE_MS))
  return total
}

function makeStorm({ root, files }: Burst): void {
  let folder = root
  for (let i = 0; i < files; i++) {
    if (i % FILES_PER_FOLDER === 0) {
      folder = join(root, `folder ${i / FILES_PER_FOLDER}`)
      mkdirSync(folder)
    }
    const draft = join(folder, `${i}.draft`)
    const path = join(folder, `${i}.txt`)
    writeFileSync(draft, 'first')
    appendFileSync(draft, ' and then')
    renameSync(draft, path)
    if (i % 2 === 0) rmSync(path)
  }
}

if (!isMainThread) makeStorm(workerData as Burst)
else if (import.meta.main) {
  const result = await burst({ operations: Number(process.argv[2] ?? 1_000_000) })
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  process.exitCode = result.differences === 0 ? 0 : 1
}
