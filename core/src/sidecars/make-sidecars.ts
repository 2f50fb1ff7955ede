import { mkdir, rename, rm } from 'node:fs/promises'
import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CoreError, type ErrorCode, errorMessage } from '../util/errors.ts'
import { fsPath, type RawName } from '../util/file-name.ts'
import type { Generator } from './generators/index.ts'
import { draftPath, sidecarPath } from './paths.ts'
import type { SidecarPools } from './sidecar-pools.ts'
import type { Outcomes, PendingContent } from './sidecar-store.ts'

export interface MakeDeps {
  readonly pools: SidecarPools
  /** The library's folder of sidecars. */
  readonly root: string
}

/** A file that took its process down is tried once more: something else may have been to blame. */
const ATTEMPTS = 2

/**
 * Makes what waits of one content from one of its files, and says what became of it. Files are written beside their
 * place and renamed to it, so that nobody ever reads half of one. Rejects with `Cancelled` alone.
 */
export async function makeSidecars(
  generator: Generator,
  content: PendingContent,
  source: RawName,
  deps: MakeDeps,
  signal: AbortSignal,
): Promise<Outcomes> {
  const { contentRowId, contentId, rows, type, mime, size } = content
  const { kind, recipe } = generator
  const fail = (code: ErrorCode, message: string): Outcomes => ({
    contentRowId,
    recipe,
    findings: {},
    outcomes: rows.map(({ id }) => ({ id, state: 'failed', code, message })),
  })
  if (size > generator.maxBytes) return fail('Unsupported', `it is larger than ${generator.maxBytes} bytes`)
  const outputs = rows.map(({ id, variant, format }) => {
    const path = sidecarPath(deps.root, { contentId, kind, variant, format })
    return { id, variant, format, path, draft: draftPath(path) }
  })
  try {
    await mkdir(dirname(outputs[0]!.path), { recursive: true })
    const before = await stamp(source)
    const made = await run(generator, { source, content: { type, mime, size }, outputs }, deps, signal)
    if ((await stamp(source)) !== before) return fail('Conflict', 'it was changed while it was read')
    for (const { draft, path } of outputs) await rename(draft, path)
    return {
      contentRowId,
      recipe,
      findings: made.findings ?? {},
      outcomes: outputs.map(({ id, variant, format }) => {
        const { size: bytes, checksum } = made.outputs.find(
          (each) => each.variant === variant && each.format === format,
        )!
        return { id, state: 'ready', engine: made.engine, size: bytes, checksum }
      }),
    }
  } catch (err) {
    if (err instanceof CoreError && err.code === 'Cancelled') throw err
    signal.throwIfAborted()
    return fail(err instanceof CoreError ? err.code : 'Internal', errorMessage(err))
  } finally {
    // Whatever is left of an attempt that failed; drafts a crash leaves are found by `reconcile`.
    await Promise.all(outputs.map(({ draft }) => rm(draft, { force: true })))
  }
}

async function run(
  generator: Generator,
  of: {
    source: RawName
    content: Parameters<SidecarPools['run']>[1]['content']
    outputs: readonly { variant: string; format: string; draft: string }[]
  },
  { pools }: MakeDeps,
  signal: AbortSignal,
) {
  const outputs = of.outputs.map(({ variant, format, draft }) => ({ variant, format, path: draft }))
  const request = { module: generator.module.href, source: of.source, content: of.content, outputs }
  for (let attempt = 1; ; attempt++) {
    try {
      return await pools.run(generator.pool(of.content), request, { signal, deadlineMs: generator.deadlineMs })
    } catch (err) {
      const died = err instanceof CoreError && (err.code === 'Unavailable' || err.code === 'Timeout')
      if (!died || attempt === ATTEMPTS) throw err
    }
  }
}

/** What changes when a file is written to; throws `Offline` where it is not there. */
async function stamp(path: RawName): Promise<string> {
  const stats = await lstat(fsPath(path), { bigint: true }).catch((err: unknown) => {
    throw new CoreError('Offline', 'no file with this content can be reached now', { cause: err })
  })
  return `${stats.ino}:${stats.size}:${stats.mtimeNs}`
}
