import { dirname } from 'node:path'
import { lstat, open, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { CoreError, type ErrorCode, errorMessage } from '../../util/errors.ts'
import { NOT_STARTED } from '../../workers/index.ts'
import { deadlineOf, type Engine, maxBytesOf, type Generator, type SidecarInput } from '../generators/index.ts'
import type { Machine } from '../../util/machine.ts'
import { hashInParts } from '../files/hash-file.ts'
import { BUSY_LOAD } from './holds.ts'
import { draftPath, partPath, sidecarPath, workFolder } from '../files/paths.ts'
import type { MakeReply } from '../processes/sidecar-child.ts'
import type { SidecarPools, SidecarRequest } from '../processes/sidecar-pools.ts'
import type { Source } from '../processes/staging.ts'
import type { Outcomes, PendingContent, WorkRows } from '../rows/work-rows.ts'
import type { Results } from './results.ts'

export interface MakeDeps {
  readonly pools: SidecarPools
  readonly machine: Pick<Machine, 'load'>
  /** The library's folder of sidecars. */
  readonly root: string
  readonly rows: { readonly work: Pick<WorkRows, 'countAttempts' | 'recordPart'> }
  readonly results: Pick<Results, 'recordedPart'>
}

/** The files and sidecars from which a sidecar can be made. */
export interface Origins {
  readonly sources: readonly Source[]
  /** The names of the files with this content. */
  readonly names: readonly string[]
  /** The other sidecars that the generator reads. */
  readonly inputs: readonly SidecarInput[]
}

/**
 * A file that crashed its process is tried once more, because the cause may have been something else. After that, only
 * the user can retry it.
 */
const ATTEMPTS = 2
/**
 * A file that reached its time limit on a busy machine stays pending, but only up to this many attempts: each one
 * takes the whole time limit, and the machine may always be busy.
 */
const BUSY_ATTEMPTS = 3 * ATTEMPTS

/** Limit on the parts of a sidecar, because a process that an attacker controls might never finish. */
const MAX_PARTS = 32

/** Characters kept of an error message. */
const MAX_MESSAGE = 500

/**
 * Makes the pending sidecars of one content, from the first of its files that exists and is unchanged, or from its
 * other sidecars. Finished files that an earlier run left are adopted. If a generator works in parts, each part is
 * shown at once, and the rows stay pending until the last part. Returns the outcomes; null if none of the files can be
 * read now, or if a busy machine left too little time for them. Rejects with `Cancelled`, and with errors that would
 * affect every content: a full disk (`DiskFull`), a system that cannot start a process (`Unavailable`), a missing
 * server or model (`Offline`).
 */
export async function makeSidecars(
  generator: Generator,
  content: PendingContent,
  from: Origins,
  deps: MakeDeps,
  { signal, urgent }: { readonly signal: AbortSignal; readonly urgent: boolean },
): Promise<Outcomes | null> {
  const { contentRowId, contentId, rows, type, mime, size } = content
  const startedAt = performance.now()
  const { kind, recipe } = generator
  let attempts = 0
  const about = () => ({ contentRowId, contentId, recipe, attempts, tookMs: Math.round(performance.now() - startedAt) })
  const fail = (code: ErrorCode, message: string): Outcomes => ({
    ...about(),
    findings: {},
    outcomes: rows.map(({ id }) => ({ id, state: 'failed', code, message })),
  })
  const most = maxBytesOf(generator, { type, mime, size })
  if (size > most) return fail('Unsupported', `it is larger than ${most} bytes`)
  const outputs = rows.map(({ variant, format }) => ({
    variant,
    format,
    path: sidecarPath(deps.root, { contentId, kind, variant, format }),
    draft: draftPath(deps.root),
  }))
  const adopted = await adoptFiles(rows, outputs)
  if (adopted) return { ...about(), recipe: UNKNOWN_RECIPE, findings: {}, outcomes: adopted }
  const part = partPath(deps.root, { contentId, kind })
  const module = generator.module.href
  const { names, inputs, sources } = from
  const settings = generator.settings ?? null
  for (const source of generator.inputs ? [null] : sources) {
    attempts = 0
    while (attempts < ATTEMPTS) {
      attempts++
      try {
        const request = {
          module,
          source,
          content: { type, mime, size },
          names,
          inputs,
          settings,
          outputs,
          library: dirname(deps.root),
          work: workFolder(deps.root),
          part,
        }
        const made = await makeParts(generator, content, request, deps, { signal, urgent })
        return { ...about(), findings: made.findings ?? {}, outcomes: rows.map((row) => ready(row, made)) }
      } catch (err) {
        await Promise.all(outputs.map(({ draft }) => rm(draft, { force: true })))
        const code = err instanceof CoreError ? err.code : 'Internal'
        if (code === 'Cancelled' || concernsAllContents(err)) throw err
        signal.throwIfAborted()
        if (code === 'Conflict') break
        const died = code === 'Unavailable' || code === 'Timeout'
        if (died && attempts < ATTEMPTS) continue
        const total = attempts
        const mayWait = rows.every((row) => row.attempts + total < BUSY_ATTEMPTS)
        // The time limit was reached because other programs used the processors. The file is not at fault, and stays
        // pending.
        if (code === 'Timeout' && mayWait && isBusy(deps)) {
          await deps.rows.work.countAttempts(rows, attempts)
          return null
        }
        return fail(code, firstLine(errorMessage(err)))
      }
    }
  }
  return null
}

/** Makes the sidecars of a content, part by part if its generator works in parts. Each part is shown at once. */
async function makeParts(
  generator: Generator,
  { contentRowId, rows }: PendingContent,
  request: SidecarRequest,
  deps: MakeDeps,
  { signal, urgent }: { readonly signal: AbortSignal; readonly urgent: boolean },
): Promise<MakeReply> {
  const pool = generator.pool(request.content)
  const deadlineMs = deadlineOf(generator, request.content)
  for (let parts = 0; parts < MAX_PARTS; parts++) {
    const made = await deps.pools.run(pool, request, { signal, urgent, deadlineMs })
    if (!made.isUnfinished) return made
    await deps.rows.work.recordPart(rows.map((row) => ready(row, made)))
    await deps.results.recordedPart(generator.kind, contentRowId)
  }
  throw new CoreError('Corrupt', `it was not finished in ${MAX_PARTS} parts`)
}

/** The recipe of an adopted file, which is not known. */
const UNKNOWN_RECIPE = 0

/** A larger JSON file is not adopted but made again, because checking it would block this thread. */
const MAX_ADOPTED_JSON = 256 * 2 ** 10

/**
 * The outcomes for finished files of an earlier run that was stopped before it could record them. Null if one of them
 * is missing or was not written by the generator, or if they should be made again.
 */
async function adoptFiles(
  rows: PendingContent['rows'],
  outputs: readonly { readonly path: string; readonly format: string }[],
): Promise<Outcomes['outcomes'] | null> {
  if (!rows.every(({ isNew }) => isNew)) return null
  const outcomes: Outcomes['outcomes'][number][] = []
  for (const [i, { format, path }] of outputs.entries()) {
    const stats = await lstat(path).catch(() => null)
    if (!stats?.isFile() || stats.size === 0) return null
    const engine = format === 'json' ? await engineIn(path, stats.size) : NO_ENGINE
    if (engine === null) return null
    await using file = await open(path)
    const checksum = Uint8Array.from(await hashInParts(file))
    outcomes.push({ id: rows[i]!.id, state: 'ready', engine, size: stats.size, checksum })
  }
  return outcomes
}

const NO_ENGINE: Engine = { name: 'unknown', version: '' }

/** The engine that a JSON sidecar names. Null if it names none, is unfinished, or is too large to check. */
async function engineIn(path: string, size: number): Promise<Engine | null> {
  if (size > MAX_ADOPTED_JSON) return null
  try {
    const { engine, unfinished } = JSON.parse(await readFile(path, 'utf8')) as {
      engine?: Partial<Engine>
      unfinished?: unknown
    }
    const { name, version } = engine ?? {}
    return unfinished !== true && typeof name === 'string' && typeof version === 'string' ? { name, version } : null
  } catch {
    return null
  }
}

/** Whether other programs keep the processors so busy that reaching a time limit says nothing about a file. */
function isBusy({ machine, pools }: MakeDeps): boolean {
  return machine.load() - pools.working / availableParallelism() >= BUSY_LOAD
}

function ready(row: PendingContent['rows'][number], { engine, note, outputs }: MakeReply) {
  const { size, checksum } = outputs.find(({ variant, format }) => variant === row.variant && format === row.format)!
  return { id: row.id, state: 'ready' as const, engine, size, checksum, note }
}

/** Decoders repeat their messages, so only the first line is kept. */
function firstLine(message: string): string {
  return message.trim().split('\n')[0]!.slice(0, MAX_MESSAGE)
}

/** Whether the same error would occur for every other content. */
function concernsAllContents(err: unknown): boolean {
  return err instanceof CoreError && (err.code === 'DiskFull' || err.code === 'Offline' || err.details === NOT_STARTED)
}
