import { workerData } from 'node:worker_threads'
import { databaseError } from '../db/errors.ts'
import { openDatabase } from '../db/sqlite.ts'
import { serveRequests } from '../workers/serve-requests.ts'
import type { Reading, ReadRequest, ReadWorkerData } from './read-messages.ts'

/** Size of the page cache, in KiB; it is kept between readings. */
const CACHE_KIB = 32_768

// A thread for reads that would block the main thread too long.
const { file } = workerData as ReadWorkerData
const db = openDatabase(file, { readOnly: true, cacheKiB: CACHE_KIB })
const memory = new Map<string, unknown>()

serveRequests(async ({ input, module, name }: ReadRequest) => {
  try {
    const readings = (await import(module)) as Record<string, Reading<unknown, unknown>>
    return { reply: readings[name]!(db, input, memory) }
  } catch (err) {
    throw databaseError(err, file)
  }
})
