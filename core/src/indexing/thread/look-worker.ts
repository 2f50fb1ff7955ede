import { parentPort, workerData } from 'node:worker_threads'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { browse } from './browse.ts'
import { EphemeralIds } from './ephemeral-ids.ts'
import type { BrowseReport, BrowseRequest } from './requests.ts'

/** What a thread for one look answers. */
export type LookAnswer =
  | { readonly report: BrowseReport }
  | { readonly code: CoreError['code']; readonly message: string; readonly details: unknown }

/** Looks into one folder, answers, and ends. */
async function look(request: BrowseRequest): Promise<LookAnswer> {
  try {
    const { signal } = new AbortController()
    return { report: await browse(request, { ids: new EphemeralIds(Date.now), signal }) }
  } catch (err) {
    if (err instanceof CoreError) return { code: err.code, message: err.message, details: err.details }
    return { code: 'Internal', message: errorMessage(err), details: null }
  }
}

parentPort?.postMessage(await look(workerData as BrowseRequest))
