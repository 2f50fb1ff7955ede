import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Core } from '@spacedrive/core'
import { createTempDir } from '@spacedrive/core/testing'
import sharp from 'sharp'
import { mulberry32 } from '../bench/tree.ts'
import { thumbnails } from '../core/src/sidecars/generators/thumb/index.ts'

export interface SidecarSoakResult {
  readonly kills: number
  /** Kills that fell while sidecars were made. */
  readonly whileMaking: number
  /** Processes that decode which were killed alone. */
  readonly childrenKilled: number
  /** Processes that outlived the engine. */
  readonly orphans: number
  readonly photos: number
  readonly ready: number
  readonly notReady: number
  readonly drafts: number
  /** What `verify` finds after `reconcile`. */
  readonly problems: readonly unknown[]
  readonly unfinishedJobs: number
}

/** The engine is left alone for at most this long, in milliseconds, once it is open. */
const LONGEST_LIFE_MS = 1_500
/** A process whose parent is gone ends itself within this time. */
const ORPHAN_MS = 5_000
/** Photos that come with each round, so that there is always something to make. */
const PHOTOS_PER_ROUND = 8
const CHILD = fileURLToPath(new URL('sidecar-soak-child.ts', import.meta.url))

/** Kills an engine, and its processes, at random instants while it makes sidecars, and looks at what it has afterwards. */
export async function soakSidecars({ kills, seed }: { kills: number; seed: number }): Promise<SidecarSoakResult> {
  using temp = createTempDir('sidecar-soak')
  const root = join(temp.path, 'files')
  const dataDir = join(temp.path, 'data')
  mkdirSync(root)
  const random = mulberry32(seed)
  const counts = { whileMaking: 0, childrenKilled: 0, orphans: 0 }
  let photos = 0
  for (let kill = 0; kill < kills; kill++) {
    for (let i = 0; i < PHOTOS_PER_ROUND; i++) await writePhoto(join(root, `${photos++}.jpg`), random)
    const round = await runAndKill(dataDir, root, random)
    counts.whileMaking += Number(round.wasMaking)
    counts.childrenKilled += Number(round.killedChild)
    counts.orphans += round.orphans
  }
  const child = spawn(process.execPath, [CHILD, dataDir, root], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the engine ended with ${code}`)
  await using core = await Core.open({ dataDir, generators: [thumbnails] })
  const library = core.libraries.resolve()
  const signal = AbortSignal.timeout(120_000)
  await library.jobs.idle()
  await library.sidecars.reconcile(signal)
  await library.jobs.idle()
  const { checked, problems } = await library.sidecars.verify(signal)
  return {
    kills,
    ...counts,
    photos,
    ready: checked,
    notReady: (await library.sidecars.pending({ state: null, limit: 1_000 })).length,
    drafts: readdirSync(join(library.path, 'sidecars', 'drafts')).length,
    problems,
    unfinishedJobs: library.jobs.counts().running + library.jobs.counts().queued,
  }
}

async function runAndKill(dataDir: string, root: string, random: () => number) {
  const child = spawn(process.execPath, [CHILD, dataDir, root], { stdio: ['ignore', 'pipe', 'inherit'] })
  let wasMaking = false
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => {
    wasMaking = line === 'making'
  })
  const ended = once(child, 'exit')
  await Promise.race([once(lines, 'line'), ended])
  const lifeMs = random() * LONGEST_LIFE_MS
  const killsChild = random() < 0.5
  await Promise.race([setTimeout(lifeMs / 2), ended])
  const [victim] = childrenOf(child.pid!)
  if (killsChild && victim) process.kill(victim, 'SIGKILL')
  await Promise.race([setTimeout(lifeMs / 2), ended])
  const children = childrenOf(child.pid!)
  child.kill('SIGKILL')
  await ended
  return { wasMaking, killedChild: killsChild && victim !== undefined, orphans: await stillAlive(children) }
}

/** How many of some processes outlive what they may. */
async function stillAlive(pids: readonly number[]): Promise<number> {
  const until = performance.now() + ORPHAN_MS
  for (;;) {
    const alive = pids.filter((pid) => parentOf(pid) !== null)
    if (alive.length === 0 || performance.now() > until) return alive.length
    await setTimeout(20)
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((each) => each > 0 && parentOf(each) === pid)
}

/** Null where a process is gone, or has ended and is only a number. */
function parentOf(pid: number): number | null {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    return null
  }
}

/** Noise, so that no two are one content and each takes a while to decode. */
async function writePhoto(path: string, random: () => number): Promise<void> {
  const noise = { type: 'gaussian' as const, mean: 60 + random() * 120, sigma: 20 + random() * 20 }
  await sharp({ create: { width: 1_600, height: 1_200, channels: 3, background: '#000', noise } })
    .jpeg()
    .toFile(path)
}

if (import.meta.main) {
  const kills = Number(process.argv[2] ?? 100)
  const seed = Number(process.argv[3] ?? Date.now() % 1_000_000)
  const result = await soakSidecars({ kills, seed })
  process.stdout.write(`${JSON.stringify({ seed, ...result }, null, 2)}\n`)
  const { orphans, notReady, drafts, problems, unfinishedJobs } = result
  process.exitCode = orphans + notReady + drafts + problems.length + unfinishedJobs === 0 ? 0 : 1
}
