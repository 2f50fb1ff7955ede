import { dirname } from 'node:path'
import { rm } from 'node:fs/promises'
import { CoreError, type ErrorCode, errorMessage } from '../../util/errors.ts'
import { NOT_STARTED } from '../../workers/index.ts'
import { deadlineOf, maxBytesOf, type Generator, type SidecarInput } from '../generators/index.ts'
import { draftPath, partPath, sidecarPath, workFolder } from '../files/paths.ts'
import type { MakeReply } from '../processes/sidecar-child.ts'
import type { SidecarPools, SidecarRequest } from '../processes/sidecar-pools.ts'
import type { Source } from '../processes/staging.ts'
import type { Outcomes, PendingContent } from '../rows/work-rows.ts'

export interface MakeDeps {
  readonly pools: SidecarPools
  /** The library's folder of sidecars. */
  readonly root: string
}

/** The files and sidecars that a sidecar can be made from. */
export interface Origins {
  readonly sources: readonly Source[]
  /** The names of the files with this content. */
  readonly names: readonly string[]
  /** The other sidecars that the generator reads. */
  readonly inputs: readonly SidecarInput[]
}

/**
 * A file that crashed its process is tried once more, because the cause may be something else. Further attempts need a
 * retry by the user.
 */
const ATTEMPTS = 2

/** Characters kept of an error message. */
const MAX_MESSAGE = 500

/**
 * Makes the pending sidecars of one content, from the first of its files that exists and is unchanged, or from its
 * other sidecars. Returns the outcomes; null if none of the files can be read now. Rejects with `Cancelled`, and with errors
 * that would affect every content: a full disk (`DiskFull`), a system that cannot start a process (`Unavailable`), a
 * missing server or model (`Offline`).
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
  const part = partPath(deps.root, { contentId, kind })
  const module = generator.module.href
  const { names, inputs, sources } = from
  const settings = generator.settings ?? null
  for (const source of generator.inputs ? [null] : sources) {
    attempts = 0
    while (attempts < ATTEMPTS) {
      attempts++
      try {
        const made = await run({
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
        })
        return { ...about(), findings: made.findings ?? {}, outcomes: rows.map((row) => ready(row, made)) }
      } catch (err) {
        await Promise.all(outputs.map(({ draft }) => rm(draft, { force: true })))
        const code = err instanceof CoreError ? err.code : 'Internal'
        if (code === 'Cancelled' || concernsAllContents(err)) throw err
        signal.throwIfAborted()
        if (code === 'Conflict') break
        const died = code === 'Unavailable' || code === 'Timeout'
        if (died && attempts < ATTEMPTS) continue
        return fail(code, firstLine(errorMessage(err)))
      }
    }
  }
  return null

  function run(request: SidecarRequest): Promise<MakeReply> {
    const pool = generator.pool(request.content)
    return deps.pools.run(pool, request, { signal, urgent, deadlineMs: deadlineOf(generator, request.content) })
  }
}

function ready(row: PendingContent['rows'][number], { engine, outputs }: MakeReply) {
  const { size, checksum } = outputs.find(({ variant, format }) => variant === row.variant && format === row.format)!
  return { id: row.id, state: 'ready' as const, engine, size, checksum }
}

/** Decoders repeat their messages, so only the first line is kept. */
function firstLine(message: string): string {
  return message.trim().split('\n')[0]!.slice(0, MAX_MESSAGE)
}

/** Whether every other content would fail with the same error. */
function concernsAllContents(err: unknown): boolean {
  return err instanceof CoreError && (err.code === 'DiskFull' || err.code === 'Offline' || err.details === NOT_STARTED)
}
