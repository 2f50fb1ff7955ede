import { parentPort, workerData } from 'node:worker_threads'
import { databaseError } from '../db/errors.ts'
import { openDatabase } from '../db/sqlite.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import type { Reading, ReadReply, ReadRequest, ReadWorkerData } from './read-messages.ts'

/** Page cache that is kept between readings, in KiB. */
const CACHE_KIB = 32_768

/** The thread for reads that would block the main thread too long. */
function serve(): void {
  const port = parentPort
  if (!port) throw new Error('read-worker runs in a worker thread only')
  const { file } = workerData as ReadWorkerData
  const db = openDatabase(file, { readOnly: true, cacheKiB: CACHE_KIB })
  const memory = new Map<string, unknown>()

  port.on('message', (request: ReadRequest | 'close') => {
    if (request !== 'close') return void read(request)
    db.close()
    port.close()
  })

  async function read({ id, input, module, name }: ReadRequest): Promise<void> {
    try {
      const readings = (await import(module)) as Record<string, Reading<unknown, unknown>>
      send({ id, output: readings[name]!(db, input, memory) })
    } catch (err) {
      const known = databaseError(err, file)
      send({ id, error: { code: known instanceof CoreError ? known.code : 'Internal', message: errorMessage(known) } })
    }
  }

  function send(reply: ReadReply): void {
    port!.postMessage(reply)
  }
}

serve()
