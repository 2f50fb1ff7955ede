import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { makeTree, mulberry32, type TreeShape } from '../bench/tree.ts'
import { Core } from '@spacedrive/core'
import { createTempDir } from '@spacedrive/core/testing'

export interface SoakResult {
  readonly kills: number
  /** Kills that fell while the index job ran. */
  readonly whileRunning: number
  /** Rows that were there after a kill and were not the same afterwards: done twice, or lost. */
  readonly changedRows: number
  readonly differences: number
  readonly problems: readonly unknown[]
  readonly unfinishedJobs: number
  readonly failedJobs: number
  readonly files: number
}

/** The child is left alone for at most this long before it is killed, in milliseconds. */
const LONGEST_LIFE_MS = 1_500
const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url))

/** Kills an engine at random instants while it indexes, lets it finish, and compares what it has with the disk. */
export async function soak({
  kills,
  seed,
  shape,
}: {
  kills: number
  seed: number
  shape: TreeShape
}): Promise<SoakResult> {
  using temp = createTempDir('soak')
  const root = join(temp.path, 'files')
  const dataDir = join(temp.path, 'data')
  makeTree(root, shape)
  const random = mulberry32(seed)
  let whileRunning = 0
  let changedRows = 0
  let rows = new Map<number, string>()
  for (let kill = 0; kill < kills; kill++) {
    if (await runAndKill(dataDir, root, random() * LONGEST_LIFE_MS)) whileRunning++
    const now = readRows(dataDir)
    for (const [id, uuid] of rows) if (now.get(id) !== uuid) changedRows++
    rows = now
  }
  await runToEnd(dataDir, root)
  await using core = await Core.open({ dataDir, generators: [] })
  const library = core.libraries.resolve()
  const signal = AbortSignal.timeout(120_000)
  await library.jobs.idle()
  const report = await library.indexing.verify({ path: root, content: true, fix: false }, signal)
  const { problems } = await core.libraries.check(library, signal)
  const [location] = await library.locations.list()
  return {
    kills,
    whileRunning,
    changedRows,
    differences: report.total,
    problems,
    unfinishedJobs: library.jobs.counts().running + library.jobs.counts().queued,
    failedJobs: library.jobs.list({ status: 'failed' }).length,
    files: location?.counts.files ?? 0,
  }
}

/** Returns whether the job was running when the process was killed. */
async function runAndKill(dataDir: string, root: string, lifeMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [CHILD, dataDir, root], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  let last = ''
  lines.on('line', (line) => {
    last = line
  })
  await Promise.race([once(lines, 'line'), once(child, 'exit')])
  const timer = AbortSignal.timeout(Math.max(1, Math.round(lifeMs)))
  await Promise.race([once(timer, 'abort'), once(child, 'exit')])
  const wasRunning = last === 'running'
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return wasRunning
}

async function runToEnd(dataDir: string, root: string): Promise<void> {
  const child = spawn(process.execPath, [CHILD, dataDir, root], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the engine ended with ${code}`)
}

function readRows(dataDir: string): Map<number, string> {
  const file = join(dataDir, 'libraries', 'Soak.sdlibrary', 'database.db')
  // Killed before the library was made.
  if (!existsSync(file)) return new Map()
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const rows = db.prepare('select id, hex(uuid) as uuid from entries').all()
    return new Map(rows.map((row) => [Number(row['id']), String(row['uuid'])]))
  } catch {
    // Killed before the first table was made.
    return new Map()
  } finally {
    db.close()
  }
}

if (import.meta.main) {
  const kills = Number(process.argv[2] ?? 100)
  const seed = Number(process.argv[3] ?? Date.now() % 1_000_000)
  const shape = { files: 20_000, directories: 1_500, seed: 7, duplicates: 0.1, written: 64, kinds: 'mixed' } as const
  const result = await soak({ kills, seed, shape })
  process.stdout.write(`${JSON.stringify({ seed, ...result }, null, 2)}\n`)
  const sound = result.changedRows === 0 && result.differences === 0 && result.problems.length === 0
  process.exitCode = sound && result.unfinishedJobs === 0 && result.failedJobs === 0 ? 0 : 1
}
