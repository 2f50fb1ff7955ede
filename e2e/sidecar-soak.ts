import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Core, type CoreOptions } from '@spacedrive/core'
import { isSkipped } from '@spacedrive/core/domain'
import { createTempDir } from '@spacedrive/core/testing'
import sharp from 'sharp'
import { mulberry32 } from '../bench/tree.ts'
import { draftsOf } from '../core/testing/drafts.ts'
import { canMakeFilms, makeFilm, type Rgb } from '../core/testing/media/films.ts'
import { type EveryKind, serveEveryKind } from './every-kind.ts'
import { thumbnails } from '../core/src/sidecars/generators/thumb/index.ts'
import { tone, wavFile } from '../core/src/sidecars/generators/transcript/test/sounds.ts'

export interface SidecarSoakResult {
  readonly kills: number
  /** Kills that fell while sidecars were made. */
  readonly whileMaking: number
  /** Processes that decode which were killed alone. */
  readonly childrenKilled: number
  /** Processes that outlived the engine. */
  readonly orphans: number
  readonly files: number
  readonly ready: number
  /** Sidecars that are not there, with what is said of them. */
  readonly notReady: readonly unknown[]
  readonly drafts: number
  /** What `verify` finds after `reconcile`. */
  readonly problems: readonly unknown[]
  readonly unfinishedJobs: number
}

/** The engine is left alone for at most this long, in milliseconds, once it is open; where films are made, for longer. */
const LONGEST_LIFE_MS = 1_500
const LONGEST_LIFE_WITH_FILMS_MS = 8_000
/** A process whose parent is gone ends itself within this time, though it has the lowest priority on a busy machine. */
const ORPHAN_MS = 30_000
/** What is made and looked at in the end takes no longer, in milliseconds. */
const LONGEST_CHECK_MS = 600_000
/** Photos that come with each round, so that there is always something to make. */
const PHOTOS_PER_ROUND = 8
const CHILD = fileURLToPath(new URL('sidecar-soak-child.ts', import.meta.url))

/**
 * Kills an engine, and its processes, at random instants while it makes sidecars, and looks at what it has afterwards: of
 * photos their thumbnails, or, with `everyKind`, of photos, films, recordings and texts all that there is.
 */
export async function soakSidecars(of: {
  readonly kills: number
  readonly seed: number
  readonly everyKind: boolean
}): Promise<SidecarSoakResult> {
  const { kills, seed, everyKind } = of
  using temp = createTempDir('sidecar-soak')
  const root = join(temp.path, 'files')
  const dataDir = join(temp.path, 'data')
  mkdirSync(root)
  const random = mulberry32(seed)
  const counts = { whileMaking: 0, childrenKilled: 0, orphans: 0 }
  const kinds = everyKind ? 'every-kind' : 'thumbnails'
  const generators = everyKind ? undefined : [thumbnails]
  await using every = await serveEveryKind()
  await prepare({ dataDir, generators }, every)
  let files = 0
  for (let kill = 0; kill < kills; kill++) {
    const path = (extension: string) => join(root, `${files++}.${extension}`)
    if (everyKind) await writeOfEachType(path, random)
    else for (let i = 0; i < PHOTOS_PER_ROUND; i++) await writePhoto(path('jpg'), random)
    const round = await runAndKill([dataDir, root, kinds], {
      random,
      longestMs: everyKind ? LONGEST_LIFE_WITH_FILMS_MS : LONGEST_LIFE_MS,
    })
    counts.whileMaking += Number(round.wasMaking)
    counts.childrenKilled += Number(round.killedChild)
    counts.orphans += round.orphans
  }
  const child = spawn(process.execPath, [CHILD, dataDir, root, kinds], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the engine ended with ${code}`)
  await using core = await Core.open({ dataDir, generators })
  const library = core.libraries.resolve()
  const signal = AbortSignal.timeout(LONGEST_CHECK_MS)
  await library.jobs.idle()
  await library.sidecars.upkeep.reconcile(signal)
  await library.jobs.idle()
  const { checked, problems } = await library.sidecars.upkeep.verify(signal)
  // A recording without a cover has no thumbnail, and nothing is wrong with that.
  const unready = (await library.sidecars.views.pending({ state: null, limit: 1_000 })).filter(
    ({ error }) => !error || !isSkipped(error),
  )
  return {
    kills,
    ...counts,
    files,
    ready: checked,
    notReady: unready,
    drafts: draftsOf(library).length,
    problems,
    unfinishedJobs: library.jobs.counts().running + library.jobs.counts().queued,
  }
}

/** Makes a library in which every kind that there is a generator for is on. */
async function prepare(options: CoreOptions, every: EveryKind): Promise<void> {
  await using core = await Core.open(options)
  await core.libraries.create({ name: 'Soak' })
  await every.turnOn(core)
}

async function runAndKill(
  args: readonly string[],
  { random, longestMs }: { readonly random: () => number; readonly longestMs: number },
) {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let wasMaking = false
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => {
    wasMaking = line === 'making'
  })
  const ended = once(child, 'exit')
  await Promise.race([once(lines, 'line'), ended])
  const lifeMs = random() * longestMs
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

/** Two films, a recording, a text and a photo that nobody has seen before. */
async function writeOfEachType(path: (extension: string) => string, random: () => number): Promise<void> {
  const colour = (): Rgb => [random() * 255, random() * 255, random() * 255]
  for (const codec of canMakeFilms() ? (['avc', 'vp8'] as const) : []) {
    const colours = Array.from({ length: 6 }, colour)
    const file = path(codec === 'avc' ? 'mp4' : 'webm')
    await makeFilm(file, { codec, seconds: 4, toneFrom: random(), stripes: () => colours })
  }
  writeFileSync(path('wav'), wavFile(tone(3, { hertz: 200 + random() * 800 })))
  writeFileSync(path('txt'), `The plumber sends bill ${random()}.\n`)
  await writePhoto(path('jpg'), random)
}

if (import.meta.main) {
  const kills = Number(process.argv[2] ?? 100)
  const seed = Number(process.argv[3] ?? Date.now() % 1_000_000)
  const result = await soakSidecars({ kills, seed, everyKind: process.argv[4] === 'every-kind' })
  process.stdout.write(`${JSON.stringify({ seed, ...result }, null, 2)}\n`)
  const { orphans, notReady, drafts, problems, unfinishedJobs } = result
  process.exitCode = orphans + notReady.length + drafts + problems.length + unfinishedJobs === 0 ? 0 : 1
}
