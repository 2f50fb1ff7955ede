import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { mulberry32 } from '../../bench/tree.ts'
import { compareAnswers } from './answers.ts'
import { DaemonError, SoakDaemon } from './daemon.ts'
import { absolute, Disk, type Places } from './disk.ts'
import { type Comparison, type Difference, Oracle } from './oracle.ts'
import { addOf, layOut, type Scenario } from './scenario.ts'
import { type Event, isStep } from './steps.ts'
import { World } from './world.ts'

/**
 * When a comparison was made: after watching alone; after a kill and a restart, whose scan trusts fingerprints; and, only
 * where something differs, after a rescan.
 */
type Phase = 'watched' | 'restarted' | 'rescanned'

export interface Finding extends Difference {
  readonly phase: Phase
  /** How many steps had been taken. */
  readonly step: number
}

export interface ScenarioResult {
  readonly steps: number
  readonly kills: number
  /** Comparisons with the disk after which nothing differed. */
  readonly agreed: number
  /** Files and folders whose identity was followed from one quiet point to the next. */
  readonly followed: number
  readonly findings: readonly Finding[]
}

/** The daemon has this long to come to rest once the disk is quiet, on a busy machine. */
const PATIENCE_MS = 600_000
/** No job runs and the same things differ for this long: nothing is going to mend them. */
const STUCK_MS = 12_000
const POLL_MS = 250
/** The disk was quiet for this long between two comparisons that agree: what is late would have come. */
const AGREED_TWICE_MS = 500
/** Answers that say that something is not possible now, which is true while folders move. */
const expectedCodes = new Set(
  'Unavailable NotFound Offline Conflict AlreadyExists Cancelled Timeout InvalidInput PermissionDenied'.split(' '),
)

/** Folders on two volumes; gone when it is disposed. */
export class SoakPlaces implements Disposable {
  readonly places: Places
  readonly data: string
  readonly cache: string
  /** Whether there are two volumes. */
  readonly isOnTwoVolumes: boolean
  readonly #roots: string[]

  constructor() {
    const one = makeRoot(tmpdir())
    const other = makeRoot(otherVolume() ?? tmpdir())
    this.#roots = [one, other]
    this.places = { E: join(one, 'files'), T: join(other, 'files') }
    this.data = join(one, 'data')
    this.cache = join(one, 'cache')
    this.isOnTwoVolumes = statSync(one).dev !== statSync(other).dev
    process.once('exit', this.#remove)
  }

  /** Removes what a scenario has left. */
  clear(): void {
    for (const path of [this.places.E, this.places.T, this.data]) rmSync(path, { recursive: true, force: true })
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove)
    this.#remove()
  }

  readonly #remove = (): void => {
    for (const root of this.#roots) rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

export interface RunOptions {
  readonly places: SoakPlaces
  /** Chooses the folders that are listed and the names that are searched. */
  readonly seed: number
  /** Checks whose findings do not count, because they are known. */
  readonly without?: ReadonlySet<string> | undefined
  /** Ends the run after the first phase with a finding of this check. */
  readonly until?: string | undefined
  readonly log?: ((line: string) => void) | undefined
}

/** Does what the scenario says with a real daemon, up to the first quiet point where something differs. */
export async function runScenario({ items, setup }: Scenario, options: RunOptions): Promise<ScenarioResult> {
  options.places.clear()
  await using run = new Run(options)
  run.setUp(setup)
  for (const item of items) {
    if (isStep(item)) run.step(item)
    else await run.event(item)
    if (run.findings.length > 0) break
  }
  return run.result()
}

class Run implements AsyncDisposable {
  readonly findings: Finding[] = []
  readonly #options: RunOptions
  readonly #places: Places
  readonly #world = new World()
  readonly #disk: Disk
  readonly #daemon: SoakDaemon
  readonly #oracle = new Oracle()
  readonly #random: () => number
  /** The uuid of every object at the last quiet point. */
  #uuids = new Map<number, string>()
  #asked: Promise<void>[] = []
  #steps = 0
  #kills = 0
  #agreed = 0
  #followed = 0

  constructor(options: RunOptions) {
    const { cache, data, places } = options.places
    this.#options = options
    this.#places = places
    this.#disk = new Disk(places)
    this.#daemon = new SoakDaemon({ dataDir: data, cache })
    this.#random = mulberry32(options.seed)
  }

  setUp(setup: Scenario['setup']): void {
    const locations = layOut(this.#world)
    for (const step of locations) this.#disk.apply(step)
    for (const step of setup.slice(locations.length)) if (this.#world.apply(step)) this.#disk.apply(step)
  }

  /** A step that has become impossible, because a shrunk scenario lacks what it needs, is passed over. */
  step(step: Parameters<Disk['apply']>[0]): void {
    if (!this.#world.apply(step)) return
    this.#disk.apply(step)
    this.#steps++
  }

  async event(event: Event): Promise<void> {
    switch (event.op) {
      case 'wait':
        return delay(event.ms)
      case 'kill':
        this.#kills++
        return this.#daemon.kill()
      case 'start':
        return this.#daemon.start()
      case 'ask':
        this.#asked.push(this.#ask(event.method, event.input))
        // A burst of steps would keep the request from leaving.
        return delay(0)
      case 'quiet':
        return this.#compare(event)
    }
  }

  result(): ScenarioResult {
    return {
      steps: this.#steps,
      kills: this.#kills,
      agreed: this.#agreed,
      followed: this.#followed,
      findings: this.findings,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]()
    await Promise.all(this.#asked)
  }

  async #ask(method: string, { location, path, ...input }: Readonly<Record<string, unknown>>): Promise<void> {
    const place = (value: unknown) => Buffer.from(absolute(this.#places, String(value)), 'latin1').toString()
    if (location !== undefined) Object.assign(input, { location: place(location) })
    if (path !== undefined) Object.assign(input, { path: place(path) })
    try {
      if (method === 'locations.add') await this.#prepared()
      await this.#daemon.ask(method, input)
    } catch (err) {
      if (!(err instanceof DaemonError)) throw err
      if (!expectedCodes.has(err.code)) this.#find('watched', 'answer', method, `${err.code}: ${err.message}`)
    }
  }

  /** Makes the library, if a kill came before it was made. */
  async #prepared(): Promise<void> {
    const libraries = await this.#daemon.ask<readonly { name: string }[]>('libraries.list', {})
    if (libraries.length > 0) return
    try {
      await this.#daemon.ask('libraries.create', { name: 'Soak' })
    } catch (err) {
      // Two of these may run at a time.
      if (!(err instanceof DaemonError && err.code === 'AlreadyExists')) throw err
    }
  }

  /** The disk is quiet. Compares until both sides agree, first by watching alone, then after a restart. */
  async #compare({ nestedAway }: { nestedAway: boolean }): Promise<void> {
    for (const step of this.#world.restoring({ nestedAway })) this.#disk.apply(step)
    this.#daemon.start()
    await Promise.all(this.#asked.splice(0))
    if (await this.#phase('watched')) return
    await this.#daemon.kill()
    this.#daemon.start()
    if (await this.#phase('restarted')) return
    if (this.findings.length > 0) {
      await this.#rescan()
      await this.#phase('rescanned')
      return
    }
    this.#agreed++
    this.#world.beginInterval()
  }

  /** Whether what was looked for has been found. */
  async #phase(phase: Phase): Promise<boolean> {
    const begun = performance.now()
    const before = this.findings.length
    const comparison = await this.#settle(phase)
    for (const { check, disk, index, path } of comparison.differences) this.#find(phase, check, path, disk, index)
    this.#compareIdentity(phase, comparison)
    await this.#compareRest(phase, comparison)
    const seconds = Math.round((performance.now() - begun) / 1_000)
    const found = this.findings.length - before
    this.#options.log?.(
      `  step ${this.#steps}, ${phase}: ${comparison.disk.size} entries, ${found} differences, ${seconds} s`,
    )
    return this.findings.some(({ check }) => check === this.#options.until)
  }

  async #settle(phase: Phase): Promise<Comparison> {
    const deadline = performance.now() + PATIENCE_MS
    let same = { differences: '', since: performance.now() }
    for (;;) {
      const isIdle = (await this.#addMissing()) && (await this.#isIdle())
      const comparison = this.#compareDisk(phase)
      const now = performance.now()
      const differences = JSON.stringify(comparison.differences)
      if (!isIdle || differences !== same.differences) same = { differences, since: now }
      const isEqual = comparison.differences.length === 0
      if (isIdle && now - same.since > (isEqual ? AGREED_TWICE_MS : STUCK_MS)) return comparison
      if (now > deadline) {
        this.#find(phase, 'rest', '', 'quiet', isIdle ? 'other things differ again and again' : await this.#atWork())
        return comparison
      }
      await delay(POLL_MS)
    }
  }

  #compareDisk(phase: Phase): Comparison {
    const locations = [...this.#world.locations].map(([name, { home, node }]) => {
      return { name, home: this.#absolute(home), path: this.#absolute(this.#world.pathOf(node)) }
    })
    const linked = new Set<string>()
    if (phase === 'watched') {
      for (const leaf of this.#world.leaves)
        if (leaf.object.linked) linked.add(this.#absolute(this.#world.pathOf(leaf)))
    }
    const { without } = this.#options
    const { differences, ...comparison } = this.#oracle.compare({
      database: this.#daemon.database,
      locations,
      linked,
    })
    return { ...comparison, differences: differences.filter(({ check }) => !without?.has(check)) }
  }

  async #isIdle(): Promise<boolean> {
    const { jobs } = await this.#daemon.ask<{ jobs: { running: number; queued: number } }>('system.status', {})
    return jobs.running + jobs.queued === 0
  }

  /** The reasons why the daemon is not at rest, for a person who reads them. */
  async #atWork(): Promise<string> {
    const known = await this.#daemon.ask<readonly { name: string }[]>('locations.list', {})
    const jobs = await this.#daemon.ask<readonly object[]>('jobs.list', { limit: 10 })
    return JSON.stringify({ locations: known.map(({ name }) => name), jobs })
  }

  /** Adds the locations that a kill kept from being added. False while one is missing. */
  async #addMissing(): Promise<boolean> {
    await this.#prepared()
    const known = await this.#daemon.ask<readonly { name: string }[]>('locations.list', {})
    let isComplete = true
    for (const [name, location] of this.#world.locations) {
      if (!this.#world.isHome(location) || known.some((each) => each.name === name)) continue
      isComplete = false
      await this.#ask('locations.add', addOf(name, location.home))
    }
    return isComplete
  }

  #compareIdentity(phase: Phase, { disk, uuids }: Comparison): void {
    const found = new Map<number, string>()
    for (const node of this.#world.below(this.#world.root)) {
      const path = this.#absolute(this.#world.pathOf(node))
      const uuid = uuids.get(path)
      if (!uuid || !disk.has(path)) continue
      found.set(node.object.id, uuid)
      const before = this.#uuids.get(node.object.id)
      if (!before || !this.#world.mustKeepIdentity(node.object)) continue
      this.#followed++
      if (before !== uuid) this.#find(phase, `identity of a ${node.children ? 'folder' : 'file'}`, path, before, uuid)
    }
    for (const { node, original } of this.#world.saved()) {
      const path = this.#absolute(this.#world.pathOf(node))
      const [before, now] = [this.#uuids.get(original.id), uuids.get(path)]
      if (!before || !now) continue
      this.#followed++
      if (before !== now) this.#find(phase, 'identity of a saved file', path, before, now)
    }
    if (phase !== 'watched') this.#uuids = found
  }

  /** What only the daemon can say: listings, searches, its own checks, and the jobs that failed. */
  async #compareRest(phase: Phase, { disk }: Comparison): Promise<void> {
    for (const message of this.#daemon.failures.splice(0)) this.#find(phase, 'daemon', '', 'running', message)
    if (this.findings.length > 0 && phase !== 'rescanned') return
    const answers = await compareAnswers(this.#daemon, disk, this.#random)
    const backups = this.#oracle.compareBackups(this.#daemon.backups)
    for (const { check, disk: onDisk, index, path } of [...answers, ...backups])
      this.#find(phase, check, path, onDisk, index)
    for (const location of this.#world.locations.values()) {
      if (phase !== 'watched' && this.#world.isHome(location)) {
        await this.#verify(phase, this.#absolute(location.home))
      }
    }
    const { problems } = await this.#daemon.ask<{ problems: { check: string; detail: string }[] }>(
      'libraries.check',
      {},
    )
    for (const { check, detail } of problems) this.#find(phase, 'library check', check, 'sound', detail)
    const sidecars = await this.#daemon.ask<{ problems: readonly unknown[] }>('sidecars.verify', {})
    for (const problem of sidecars.problems) this.#find(phase, 'sidecar', '', 'sound', JSON.stringify(problem))
    const jobs = await this.#daemon.ask<readonly FailedJob[]>('jobs.list', { status: 'failed', limit: 1_000 })
    for (const { error, name } of jobs) {
      if (!expectedCodes.has(error?.code ?? '')) this.#find(phase, 'job', name, 'completed', JSON.stringify(error))
    }
  }

  async #verify(phase: Phase, path: string): Promise<void> {
    interface Verified {
      readonly differences: readonly { readonly kind: string; readonly path: string }[]
      readonly unreadable: readonly { readonly path: string; readonly message: string }[]
    }
    const input = { path: Buffer.from(path, 'latin1').toString(), content: true }
    const verified = await this.#daemon.ask<Verified>('indexing.verify', input)
    for (const { kind, path: where } of verified.differences) this.#find(phase, 'verify', where, 'equal', kind)
    for (const { message, path: where } of verified.unreadable) this.#find(phase, 'verify', where, 'readable', message)
  }

  async #rescan(): Promise<void> {
    for (const location of this.#world.locations.values()) {
      if (!this.#world.isHome(location)) continue
      const input = { location: Buffer.from(this.#absolute(location.home), 'latin1').toString() }
      try {
        const { job } = await this.#daemon.ask<{ job: { id: string } }>('locations.rescan', input)
        await this.#daemon.ask('jobs.wait', { job: job.id })
      } catch (err) {
        if (!(err instanceof DaemonError)) throw err
        this.#find('rescanned', 'answer', input.location, 'a rescan', err.message)
      }
    }
  }

  #find(phase: Phase, check: string, path: string, disk: string, index = ''): void {
    if (this.#options.without?.has(check)) return
    this.findings.push({ phase, step: this.#steps, check, path, disk, index })
  }

  #absolute(path: string): string {
    return absolute(this.#places, path)
  }
}

interface FailedJob {
  readonly name: string
  readonly error: { readonly code: string; readonly message: string } | null
}

function makeRoot(parent: string): string {
  const root = realpathSync(mkdtempSync(join(parent, 'sd-index-soak-')))
  // The daemon runs as another user.
  chmodSync(root, 0o755)
  mkdirSync(join(root, 'cache'))
  return root
}

/** A folder on a file system in memory. */
function otherVolume(): string | null {
  const path = '/dev/shm'
  try {
    return statSync(path).isDirectory() ? path : null
  } catch {
    return null
  }
}
