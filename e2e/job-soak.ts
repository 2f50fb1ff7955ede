import { randomInt } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createTempDir } from '@spacedrive/core/testing'
import sharp from 'sharp'
import { mulberry32 } from '../bench/tree.ts'
import { SoakDaemon } from './index-soak/daemon.ts'

export interface JobSoakResult {
  readonly kills: number
  /** Kills while sidecars waited to be made. */
  readonly whileMaking: number
  readonly ready: number
  /** Sidecars that are not there, with the reason that the library gives. */
  readonly notReady: readonly string[]
  /** Rows that promise a file which is not there, or is of another size. */
  readonly missing: readonly string[]
  /** Files without a row that promises them, also those that were set aside. */
  readonly orphans: readonly string[]
  readonly drafts: readonly string[]
  /** Jobs that have not completed, with what is said of them. */
  readonly jobs: readonly string[]
}

const PENDING = 0
const READY = 2
/** Longer than it takes to make everything on a busy machine, in milliseconds. */
const LONGEST_END_MS = 600_000
const POLL_MS = 200
/** The daemon is killed at most so many milliseconds after its start was asked for; it listens after a part of them. */
const LONGEST_LIFE_MS = 6_000
const LARGEST_SEED = 2 ** 31

/**
 * Has a real daemon make thumbnails, kills it again and again at random instants, and compares rows and files in the
 * end. It reads database and folder itself: it shares no code with the engine.
 */
export async function soakJobs(of: {
  readonly photos: number
  readonly kills: number
  readonly seed: number
}): Promise<JobSoakResult> {
  const { kills, photos, seed } = of
  const random = mulberry32(seed)
  using temp = createTempDir('job-soak')
  // The daemon may run as another user.
  chmodSync(temp.path, 0o755)
  const root = join(temp.path, 'photos')
  mkdirSync(root, { mode: 0o755 })
  for (let i = 0; i < photos; i++) await writePhoto(join(root, `${i}.jpg`), random)
  await using daemon = new SoakDaemon({ dataDir: join(temp.path, 'data'), cache: join(temp.path, 'cache') })
  daemon.start()
  // Thumbnails take the least time of all that is made of a photo: more of them are begun and ended between two kills.
  await daemon.ask('config.set', { key: 'sidecars.ocr', value: 'off' })
  await daemon.ask('libraries.create', { name: 'Soak' })
  await daemon.ask('locations.add', { path: root })
  let whileMaking = 0
  for (let kill = 0; kill < kills; kill++) {
    await setTimeout(random() * LONGEST_LIFE_MS)
    await daemon.kill()
    if (countIn(daemon.database, PENDING) > 0) whileMaking++
    daemon.start()
  }
  await untilMade(daemon, photos)
  const result = compare(daemon.database)
  if (daemon.failures.length > 0) throw new Error(`the daemon ended by itself: ${daemon.failures.join('\n')}`)
  return { kills, whileMaking, ...result }
}

/** Noise, so that no two photos are one content and each takes a while to decode. */
async function writePhoto(path: string, random: () => number): Promise<void> {
  const noise = { type: 'gaussian' as const, mean: 60 + random() * 120, sigma: 20 + random() * 20 }
  await sharp({ create: { width: 1_200, height: 900, channels: 3, background: '#000', noise } })
    .jpeg()
    .toFile(path)
}

/** Resolves when all photos have their rows, none waits, and no job is left. */
async function untilMade(daemon: SoakDaemon, photos: number): Promise<void> {
  const deadline = performance.now() + LONGEST_END_MS
  while (performance.now() < deadline) {
    const jobs = await daemon.ask<{ status: string }[]>('jobs.list', { limit: 1_000 })
    const areDone = !jobs.some(({ status }) => status === 'queued' || status === 'running')
    if (areDone && contentsIn(daemon.database) === photos && countIn(daemon.database, PENDING) === 0) return
    await setTimeout(POLL_MS)
  }
  throw new Error(`not all is made after ${LONGEST_END_MS} ms`)
}

function compare(database: string): Omit<JobSoakResult, 'kills' | 'whileMaking'> {
  const folder = join(database, '..', 'sidecars')
  const files = new Map(
    filesBelow(join(folder, 'content')).map((path) => [relative(folder, path), statSync(path).size]),
  )
  const rows = select(
    database,
    `select lower(hex(c.uuid)) as content, s.variant, s.format, s.state, s.size, s.error_code, s.error
     from sidecars s join content_identities c on c.id = s.content_id where s.kind = 0`,
  )
  const missing: string[] = []
  const notReady: string[] = []
  for (const { content, error, error_code: code, format, size, state, variant } of rows) {
    const path = `content/${pathOf(String(content))}/thumbs/${String(variant)}.${String(format)}`
    if (state !== READY) {
      notReady.push(`${path}: ${String(code)} ${String(error)}`)
      continue
    }
    if (files.get(path) !== size) missing.push(`${path}: ${files.get(path) ?? 'no file'}, the row has ${String(size)}`)
    files.delete(path)
  }
  const jobs = select(join(database, '..', 'jobs.db'), `select name, status, error_message as error from jobs`)
  return {
    ready: rows.length - notReady.length,
    notReady,
    missing,
    orphans: [...files.keys(), ...filesBelow(join(folder, 'set-aside')).map((path) => relative(folder, path))],
    drafts: filesBelow(join(folder, 'drafts')).map((path) => relative(folder, path)),
    jobs: jobs
      .filter(({ status }) => status !== 'completed')
      .map(({ error, name, status }) => `${String(name)} ${String(status)}: ${String(error)}`),
  }
}

function pathOf(hex: string): string {
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return `${hex.slice(0, 2)}/${hex.slice(2, 4)}/${uuid}`
}

function countIn(database: string, state: number): number {
  return Number(
    select(database, `select count(*) as n from sidecars where kind = 0 and state = ${state}`)[0]?.['n'] ?? 0,
  )
}

function contentsIn(database: string): number {
  return Number(select(database, `select count(*) as n from content_identities`)[0]?.['n'] ?? 0)
}

/** None where the daemon was killed before it had made the database or its tables. */
function select(database: string, sql: string): Record<string, unknown>[] {
  if (!existsSync(database)) return []
  const db = new DatabaseSync(database, { readOnly: true })
  try {
    const hasTables = db.prepare(`select 1 from sqlite_master where name in ('sidecars', 'jobs')`).get()
    return hasTables ? db.prepare(sql).all() : []
  } finally {
    db.close()
  }
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

export function isSound({ drafts, jobs, missing, notReady, orphans }: JobSoakResult): boolean {
  return [drafts, jobs, missing, notReady, orphans].every((found) => found.length === 0)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', multiple: true },
      seeds: { type: 'string', default: '1' },
      kills: { type: 'string', default: '60' },
      photos: { type: 'string', default: '480' },
    },
  })
  const [kills, photos] = [Number(values.kills), Number(values.photos)]
  const seeds = values.seed?.map(Number) ?? Array.from({ length: Number(values.seeds) }, () => randomInt(LARGEST_SEED))
  for (const seed of seeds) {
    const result = await soakJobs({ seed, kills, photos })
    process.stdout.write(`${JSON.stringify({ seed, photos, ...result }, null, 2)}\n`)
    if (isSound(result)) continue
    process.stdout.write(`Again: npm run soak -- jobs --seed ${seed} --kills ${kills} --photos ${photos}\n`)
    process.exitCode = 1
  }
}

if (import.meta.main) await main()
