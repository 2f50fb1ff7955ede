import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Entry } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import { browsedToEntries } from './browsed-entries.ts'
import { resolveFolder } from './location-scope.ts'
import { defaultRules } from '../domain/rules.ts'
import type { LookAnswer } from './worker/look-worker.ts'
import type { BrowseRequest } from './worker/requests.ts'

export interface LookOptions {
  readonly recursive: boolean
  readonly content: boolean
  readonly limit: number
}

/**
 * The entries of a folder as the disk has them, where there is no library to ask: in a thread of its own, under the
 * rules a new location has. Entries have no ids: nobody would know them again.
 */
export async function lookAlone(
  dir: RawName,
  options: LookOptions,
  signal: AbortSignal,
): Promise<{ items: Entry[]; total: number }> {
  const under = { rules: defaultRules, rulesRoot: displayName(dir) }
  const request: BrowseRequest = { dir, ...under, hidden: true, patience: null, silent: [], ...options }
  const worker = new Worker(new URL('./worker/look-worker.ts', import.meta.url), { name: 'look', workerData: request })
  try {
    // A folder on a share that never answers must not hold up whoever no longer waits for it, nor the end of the process.
    worker.unref()
    const [answer] = (await once(worker, 'message', { signal })) as [LookAnswer]
    if ('report' in answer) {
      const { entries, total } = answer.report
      return { items: browsedToEntries(entries).map((entry) => ({ ...entry, id: null })), total }
    }
    throw new CoreError(answer.code, answer.message, { details: answer.details })
  } finally {
    void worker.terminate()
  }
}

/** Looks into any folder, where there is no library; see `indexing.browse`. */
export async function browseAlone(
  input: { path: string; scope: 'current' | 'recursive'; content: boolean; limit: number },
  signal: AbortSignal,
) {
  const begun = performance.now()
  const dir = await resolveFolder(input.path)
  const { items, total } = await lookAlone(dir, { ...input, recursive: input.scope === 'recursive' }, signal)
  return { path: displayName(dir), items, total, tookMs: performance.now() - begun }
}
