import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { migrations } from '../../store/migrations/index.ts'
import { EntryWriter } from '../thread/entry-writer.ts'
import { EphemeralIds } from '../thread/ephemeral-ids.ts'
import { mendRules } from '../thread/invariants.ts'
import { createRoot } from '../thread/root.ts'
import { Scan } from '../thread/scan.ts'
import type { DirtyDirectory, ScanHost, ScanRequest } from '../thread/scan-request.ts'
import { inTransaction } from '../thread/write-window.ts'
import { treeFaults } from './tree-oracle.ts'

export const PLACES = ['A', 'B'] as const
export type Place = (typeof PLACES)[number]

/** A disk in memory, if the system has one: a hundred thousand histories write several million files. */
const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Thrown inside a scan when the process is killed. */
class Killed extends Error {}

/** A scan or refresh. It is held wherever another one may run in between. */
interface Task {
  state: 'running' | 'held' | 'blocked' | 'done'
  resume: () => void
  error: unknown
}

/**
 * Two locations on one volume, the scans that keep their rows, and a disk that changes under them. A scan stops
 * wherever another one may run in between: before each lease, between a listing and its recording, and before removals.
 * The test decides which scan goes on, so every history can be repeated.
 */
export class ScheduleWorld implements AsyncDisposable {
  readonly root: string
  readonly faults: string[] = []
  readonly #file: string
  readonly #tasks = new Set<Task>()
  readonly #events: Record<Place, Map<string, Set<string>>> = { A: new Map(), B: new Map() }
  #db: DatabaseSync
  #writer: EntryWriter
  #ids = new EphemeralIds(Date.now)
  #leaseHeld = false
  readonly #leaseWaiting: (() => void)[] = []
  #isFree = true
  #vouched = new Map<number, { fingerprint: string; children: string }>()
  #epoch = 0

  private constructor(root: string, file: string) {
    this.root = root
    this.#file = file
    this.#db = openDatabase(file)
    this.#writer = this.#newWriter()
  }

  static async create(template: string, build: (root: string) => void): Promise<ScheduleWorld> {
    const root = mkdtempSync(join(scratch, 'sd-schedule-'))
    for (const place of [...PLACES, 'out']) mkdirSync(join(root, place))
    build(root)
    const file = join(root, 'library.db')
    copyFileSync(template, file)
    const world = new ScheduleWorld(root, file)
    for (const place of PLACES) {
      const { directoryId } = await createRoot(
        world.#db,
        world.#writer,
        { ...world.#placed(place), patience: null },
        world.#host(null),
      )
      world.#db
        .prepare(
          `insert into locations(uuid, directory_id, name, path, mode, watch, rules, state, root_inode, created_at)
           values(?, ?, ?, ?, 'content', 1, '{}', 'complete', 1, 0)`,
        )
        .run(Buffer.from(place.padEnd(16)), directoryId, place, Buffer.from(join(root, place)))
    }
    for (const place of PLACES) await world.#scan(place, join(root, place), null)
    return world
  }

  /** A database with the schema and one volume. It is made once, because making it takes as long as a history. */
  static async template(): Promise<Disposable & { file: string }> {
    const dir = mkdtempSync(join(scratch, 'sd-schedule-'))
    const file = join(dir, 'template.db')
    const db = openDatabase(file)
    await migrate(kyselyOver(db), migrations, 'test')
    db.exec(`insert into devices(id, uuid, name, slug, details, created_at, last_seen_at) values(1, x'01', 'd', 'd', '{}', 0, 0);
      insert into volumes(id, uuid, device_id, fingerprint, name, kind, disk, filesystem, total_bytes, free_bytes, created_at, last_seen_at)
        values(1, x'01', 1, 'f', 'v', 'primary', 'ssd', 'ext4', 1, 1, 0, 0); pragma journal_mode = delete`)
    db.close()
    return { file, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle()
    this.#db.close()
    rmSync(this.root, { recursive: true, force: true })
  }

  get db(): DatabaseSync {
    return this.#db
  }

  /** Number of tasks that wait for `resume`. */
  get held(): number {
    return this.#held().length
  }

  get isBusy(): boolean {
    return this.#tasks.size > 0
  }

  get hasEvents(): boolean {
    return PLACES.some((place) => this.#events[place].size > 0)
  }

  /** All folders and files on the disk except the database, sorted by name. */
  entries(): { path: string; isFolder: boolean }[] {
    const found: { path: string; isFolder: boolean }[] = []
    const look = (dir: string) => {
      for (const entry of readdirSync(dir, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        if (dir === this.root && !['A', 'B', 'out'].includes(entry.name)) continue
        const path = join(dir, entry.name)
        found.push({ path, isFolder: entry.isDirectory() })
        if (entry.isDirectory()) look(path)
      }
    }
    look(this.root)
    return found
  }

  write(path: string, text: string): void {
    writeFileSync(path, text)
    this.#tell(path)
  }

  append(path: string): void {
    appendFileSync(path, 'more')
    this.#tell(path)
  }

  mkdir(path: string): void {
    mkdirSync(path)
    this.#tell(path)
  }

  move(from: string, to: string): void {
    renameSync(from, to)
    this.#tell(from)
    this.#tell(to)
  }

  link(from: string, to: string): void {
    linkSync(from, to)
    // Linking fires no event for the other names of the file: a watch reports them only when they are touched.
    this.#tell(from)
    this.#tell(to)
  }

  remove(path: string): void {
    rmSync(path, { recursive: true })
    this.#tell(path)
  }

  /** Starts a refresh of everything that the watcher of a place has reported since the last one. */
  startRefresh(place: Place): void {
    const events = this.#events[place]
    if (events.size === 0) return
    const dirty = [...events]
      .map(([dir, names]): DirtyDirectory => ({ dir, names: [...names], depth: Number.POSITIVE_INFINITY }))
      .toSorted((a, b) => String(a.dir).length - String(b.dir).length)
    this.#events[place] = new Map()
    this.#start(place, (task) => this.#refresh(place, dirty, task))
  }

  startScan(place: Place, dir: string): void {
    this.#start(place, (task) => this.#scan(place, dir, task))
  }

  /** Resumes one of the held tasks until it is held again. */
  async resume(which: number): Promise<void> {
    const held = this.#held()
    if (held.length === 0) return
    const task = held[which % held.length]!
    task.state = 'running'
    task.resume()
    await this.#quiet()
  }

  /** Kills the process: all tasks end where they are, events are lost, and a new process opens the file. */
  async kill(): Promise<void> {
    this.#epoch++
    while (this.#tasks.size > 0) {
      for (const task of this.#held()) task.resume()
      for (const waiting of this.#leaseWaiting.splice(0)) waiting()
      await setImmediate()
    }
    this.#db.close()
    this.#leaseHeld = false
    for (const place of PLACES) this.#events[place] = new Map()
    this.#db = openDatabase(this.#file)
    this.#writer = this.#newWriter()
    this.#ids = new EphemeralIds(Date.now)
    await inTransaction({ writer: this.#writer, host: this.#host(null) }, () => mendRules(this.#db, this.#writer))
    for (const place of PLACES) this.startScan(place, join(this.root, place))
    await this.#quiet()
  }

  /** Runs all tasks to their end. */
  async settle(): Promise<void> {
    this.#isFree = true
    while (this.#tasks.size > 0) {
      for (const task of this.#held()) {
        task.state = 'running'
        task.resume()
      }
      await setImmediate()
    }
  }

  /** From now on, tasks are held. */
  hold(): void {
    this.#isFree = false
  }

  /** Scans both places completely, as a restart does, and trusts fingerprints. */
  async rescan(): Promise<void> {
    for (const place of PLACES) await this.#scan(place, join(this.root, place), null)
  }

  #newWriter(): EntryWriter {
    return new EntryWriter(this.#db, { typeOf: () => 0, now: Date.now })
  }

  #held(): Task[] {
    return [...this.#tasks].filter(({ state }) => state === 'held')
  }

  #start(place: Place, work: (task: Task) => Promise<unknown>): void {
    const task: Task = { state: 'running', resume: () => {}, error: null }
    const epoch = this.#epoch
    this.#tasks.add(task)
    const ended = (err?: unknown) => {
      task.state = 'done'
      this.#tasks.delete(task)
      // The location keeper does the same if changes could not be recorded.
      if (isUnsettled(err) && epoch === this.#epoch) return this.startScan(place, join(this.root, place))
      if (err && !(err instanceof Killed) && epoch === this.#epoch && !isAway(err))
        this.faults.push(`a scan failed: ${err instanceof Error ? err.stack : 'for no reason'}`)
    }
    work(task).then(() => ended(), ended)
  }

  async #quiet(): Promise<void> {
    while ([...this.#tasks].some(({ state }) => state === 'running')) await setImmediate()
  }

  /** A point where other tasks may run in between. */
  async #hold(task: Task | null, epoch: number): Promise<void> {
    if (!task || this.#isFree) return this.#checkAlive(epoch)
    task.state = 'held'
    await new Promise<void>((resolve) => (task.resume = resolve))
    this.#checkAlive(epoch)
  }

  #checkAlive(epoch: number): void {
    if (epoch !== this.#epoch) throw new Killed('killed')
  }

  #host(task: Task | null): ScanHost {
    const epoch = this.#epoch
    return {
      signal: new AbortController().signal,
      now: Date.now,
      lease: async () => {
        await this.#hold(task, epoch)
        while (this.#leaseHeld) {
          if (task) task.state = 'blocked'
          await new Promise<void>((resolve) => this.#leaseWaiting.push(resolve))
          this.#checkAlive(epoch)
        }
        if (task) task.state = 'running'
        this.#leaseHeld = true
        return {
          [Symbol.dispose]: () => {
            if (epoch !== this.#epoch) return
            this.#leaseHeld = false
            this.#leaseWaiting.shift()?.()
          },
        }
      },
      listed: () => this.#hold(task, epoch),
      committed: ({ corrected }) => {
        if (corrected > 0) this.faults.push(`the sums of ${corrected} folders were wrong before a commit`)
        this.#check()
      },
      warn: () => {},
      progress: () => {},
      ids: this.#ids,
    }
  }

  /** Checks the invariants that must hold after every commit. */
  #check(): void {
    if (this.faults.length > 0) return
    this.faults.push(...treeFaults(this.#db))
    const rows = this.#db
      .prepare(
        `select d.id, hex(d.fingerprint) as fingerprint, (select group_concat(quote(e.name) || e.kind || ',' || e.inode || ',' ||
           case when e.kind = 1 then 0 else e.size end || ',' || e.mtime || ',' || e.mtime_ns || ',' || e.mode, ';')
           from (select * from entries where parent_id = d.id order by sort_key) e) as children
         from directories d where d.fingerprint is not null`,
      )
      .all()
    const vouched = new Map<number, { fingerprint: string; children: string }>()
    for (const row of rows) {
      const [id, fingerprint, children] = [Number(row['id']), String(row['fingerprint']), String(row['children'])]
      const before = this.#vouched.get(id)
      if (before?.fingerprint === fingerprint && before.children !== children)
        this.faults.push(`folder ${id} keeps its fingerprint over other children: ${before.children} → ${children}`)
      vouched.set(id, { fingerprint, children })
    }
    this.#vouched = vouched
  }

  #placed(place: Place): Pick<ScanRequest, 'dir' | 'volumeId' | 'volumePath'> {
    const dir = join(this.root, place)
    return { dir, volumeId: 1, volumePath: `${dir.slice(1)}/` }
  }

  #request(place: Place, dir: string): ScanRequest | null {
    const volumePath = `${dir.slice(1)}/`
    const row = this.#db
      .prepare('select id from directories where volume_id = 1 and path = ?')
      .get(Buffer.from(volumePath))
    if (!row) return null
    const latest = Number(this.#db.prepare('select max(scanned_at) as at from directories').get()!['at'] ?? 0)
    return {
      dir,
      directoryId: Number(row['id']),
      volumeId: 1,
      volumePath,
      rulesRoot: join(this.root, place),
      rules: { names: [], globs: [] },
      recursive: true,
      maxDepth: null,
      startedAt: Math.max(Date.now(), latest + 1),
      trustFingerprints: true,
      trustTimes: false,
      force: true,
      threads: 0,
      patience: null,
      silent: [],
    }
  }

  async #scan(place: Place, dir: string, task: Task | null): Promise<void> {
    const request = this.#request(place, dir)
    const epoch = this.#epoch
    if (!request) return
    const beforeRemoving = () => this.#hold(task, epoch)
    await new Scan(this.#db, this.#writer, { ...request, beforeRemoving }, this.#host(task)).run()
  }

  async #refresh(place: Place, dirty: readonly DirtyDirectory[], task: Task): Promise<void> {
    const request = this.#request(place, join(this.root, place))!
    const epoch = this.#epoch
    const beforeRemoving = () => this.#hold(task, epoch)
    const startedAt = Number.POSITIVE_INFINITY
    await new Scan(this.#db, this.#writer, { ...request, startedAt, beforeRemoving }, this.#host(task)).refresh(dirty)
  }

  /** Reports a path, as it is now, to the watcher of the place that contains it. */
  #tell(path: string): void {
    const place = PLACES.find((each) => path.startsWith(`${join(this.root, each)}/`))
    if (!place) return
    const dir = dirname(path)
    const names = this.#events[place].get(dir)
    if (names) names.add(basename(path))
    else this.#events[place].set(dir, new Set([basename(path)]))
  }
}

/** A scan ends with this error if its root is gone; it does no harm. */
function isAway(err: unknown): boolean {
  const code = (err as { code?: string }).code
  return code === 'Offline' || code === 'NotFound'
}

/** A folder changed each time it was read. */
function isUnsettled(err: unknown): boolean {
  return (err as { code?: string } | undefined)?.code === 'Unavailable'
}

/** A key that identifies a file or folder independently of its name. */
export function objectAt(path: string): string {
  const { ino, birthtimeNs } = lstatSync(path, { bigint: true })
  return `${ino}:${birthtimeNs}`
}
