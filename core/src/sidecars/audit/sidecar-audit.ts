import { type Dirent } from 'node:fs'
import { mkdir, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { HashPool } from '../../content/index.ts'
import { companionKinds, type ContentId, type SidecarKind } from '../../domain/index.ts'
import { systemCode } from '../../util/errors.ts'
import type { Foreground } from '../../util/foreground.ts'
import type { Generator } from '../generators/index.ts'
import type { Claims } from '../queue/claims.ts'
import { outputsOf } from '../queue/policy.ts'
import { listDrafts } from '../files/drafts.ts'
import { contentFolder, parseSidecarPath, type SidecarKey, sidecarPath } from '../files/paths.ts'
import type { ReadyRow } from '../rows/row.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'

export type Problem = 'missing' | 'checksum' | 'size' | 'orphan' | 'temporary'

export interface AuditProblem {
  readonly contentId: ContentId | null
  readonly kind: SidecarKind | null
  readonly variant: string | null
  readonly problem: Problem
  /** The actual or expected path of the file. */
  readonly path: string
}

export interface AuditDeps {
  readonly rows: SidecarRows
  /** The library's folder of sidecars. */
  readonly root: string
  /** The claims of running work. While there are any, drafts do not count as leftovers. */
  readonly claims: Claims
  /** Checks this content only; by default, all contents. */
  readonly only?: ContentId
}

export interface ReconcileDeps extends AuditDeps {
  readonly generators: () => readonly Generator[]
}

/** Rows compared at a time. */
const ROWS_PER_TURN = 256
/** Files that are hashed at once. */
const HASH_THREADS = 2

/** The folder for files that belong to no sidecar. */
const SET_ASIDE = 'set-aside'

/** Compares every row that is ready with its file, and every file with its row. */
export async function* audit(deps: AuditDeps, signal: AbortSignal): AsyncGenerator<AuditProblem | { checked: true }> {
  const { rows, root, only } = deps
  await using pool = new HashPool({ threads: HASH_THREADS })
  for (let after = 0; ;) {
    signal.throwIfAborted()
    const batch = await rows.upkeep.ready(after, ROWS_PER_TURN, only)
    if (batch.length === 0) break
    after = batch.at(-1)!.id
    for (const row of batch) {
      const path = sidecarPath(root, row)
      const problem = await compare(row, path, pool, signal)
      yield { checked: true }
      // The sidecar may have been made again or removed during the check.
      if (problem && (await rows.upkeep.isStill(row))) yield { ...row, problem, path }
    }
  }
  if (!only && deps.claims.size === 0)
    for (const path of await listDrafts(root))
      yield { contentId: null, kind: null, variant: null, problem: 'temporary', path }
  yield* orphans(deps, signal)
}

/** Files without a ready or pending row. */
async function* orphans(
  { only, root, rows }: Pick<AuditDeps, 'only' | 'root' | 'rows'>,
  signal: AbortSignal,
): AsyncGenerator<AuditProblem> {
  for await (const path of filesBelow(only ? contentFolder(root, only) : join(root, 'content'), signal)) {
    const key = keyOf(root, path)
    const state = key && (await rows.upkeep.find(key))?.state
    // A pending sidecar will replace the file.
    if (state === 'ready' || state === 'pending') continue
    yield {
      contentId: key?.contentId ?? null,
      kind: key?.kind ?? null,
      variant: key?.variant ?? null,
      problem: 'orphan',
      path,
    }
  }
}

/**
 * Handles the files that a killed run left without rows: each one is adopted or set aside. Yields to foreground work.
 */
export async function settleOrphans(
  deps: ReconcileDeps & { readonly foreground: Foreground },
  signal: AbortSignal,
): Promise<void> {
  await using pool = new HashPool({ threads: HASH_THREADS })
  let begun = performance.now()
  for await (const { path } of orphans(deps, signal)) {
    await settleOrphan(path, deps, { pool, signal })
    await deps.foreground.yieldToForeground(performance.now() - begun, signal)
    begun = performance.now()
  }
}

/** Returns true if the file was adopted, and false if it was set aside. */
async function settleOrphan(
  path: string,
  { generators, root, rows }: ReconcileDeps,
  { pool, signal }: { readonly pool: HashPool; readonly signal: AbortSignal },
): Promise<boolean> {
  const key = keyOf(root, path)
  const { hash, size } = await checksum(path, pool, signal)
  const isKnown = key !== null && (canMake(key, generators()) || isCompanion(key.kind))
  if (isKnown && hash && size > 0 && (await rows.upkeep.adopt(key, { size, checksum: hash }))) return true
  await setAside(root, path)
  return false
}

/**
 * Brings rows and files together. A row without its file becomes pending again, and a changed file is made again. A
 * file without a row is adopted if its name matches a content and a generator; otherwise it is set aside. Only
 * unfinished files are deleted.
 */
export async function reconcile(
  deps: ReconcileDeps,
  signal: AbortSignal,
): Promise<{ adopted: number; setAside: number; requeued: number }> {
  const { rows, root } = deps
  const counts = { adopted: 0, setAside: 0, requeued: 0 }
  await using pool = new HashPool({ threads: HASH_THREADS })
  for await (const found of audit(deps, signal)) {
    if ('checked' in found) continue
    if (found.problem === 'temporary') await rm(found.path, { recursive: true, force: true })
    else if (found.problem === 'orphan') {
      if (await settleOrphan(found.path, deps, { pool, signal })) counts.adopted++
      else counts.setAside++
    } else if (!isCompanion(found.kind)) {
      // A file that was changed by hand is kept, because it may be a person's work.
      if (found.problem !== 'missing') {
        await setAside(root, found.path)
        counts.setAside++
      }
      counts.requeued += await rows.queue.requeue({
        contentId: found.contentId!,
        kind: found.kind!,
        variant: found.variant!,
      })
    }
  }
  return counts
}

/** Whether a generator on this device makes sidecars of this kind, variant and format. */
function canMake({ format, kind, variant }: SidecarKey, generators: readonly Generator[]): boolean {
  const generator = generators.find((each) => each.kind === kind)
  return generator !== undefined && outputsOf(generator, [variant]).some((output) => output.format === format)
}

/** Whether sidecars of this kind are the user's own files. They cannot be made again, so a problem is only reported. */
export function isCompanion(kind: SidecarKind | null): boolean {
  return (companionKinds as readonly (SidecarKind | null)[]).includes(kind)
}

async function compare(row: ReadyRow, path: string, pool: HashPool, signal: AbortSignal): Promise<Problem | null> {
  const stats = await stat(path).catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT' || systemCode(err) === 'ENOTDIR') return null
    throw err
  })
  if (!stats?.isFile()) return 'missing'
  if (stats.size !== row.size) return 'size'
  const { hash } = await checksum(path, pool, signal)
  return hash && Buffer.from(hash).equals(row.checksum) ? null : 'checksum'
}

async function checksum(
  path: string,
  pool: HashPool,
  signal: AbortSignal,
): Promise<{ hash: Uint8Array | null; size: number }> {
  const result = await pool.full(path, { signal })
  return 'hash' in result ? { hash: result.hash, size: (await stat(path)).size } : { hash: null, size: 0 }
}

function keyOf(root: string, path: string): SidecarKey | null {
  return parseSidecarPath(relative(root, path).split(sep).join('/'))
}

async function setAside(root: string, path: string): Promise<void> {
  const target = join(root, SET_ASIDE, `${Date.now()}-${relative(root, path).split(sep).join('-')}`)
  await mkdir(dirname(target), { recursive: true })
  await rename(path, target).catch((err: NodeJS.ErrnoException) => {
    // Another audit, which runs at the same time, has already set the file aside.
    if (err.code !== 'ENOENT') throw err
  })
}

async function* filesBelow(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  signal.throwIfAborted()
  let entries
  try {
    entries = await opendir(folder)
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return
    throw err
  }
  const below: Dirent[] = []
  for await (const entry of entries) below.push(entry)
  for (const entry of below) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path, signal)
    else yield path
  }
}
