import { Worker } from 'node:worker_threads'
import { databaseError } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'
import type { MaintenanceTask, Problem } from './maintenance-worker.ts'

/**
 * Runs one task in a separate thread. Aborting ends the thread, and SQLite rolls its transaction back. Throws
 * `Cancelled`, and SQLite's errors about the file.
 */
export async function maintain(task: MaintenanceTask, signal?: AbortSignal): Promise<Problem[]> {
  if (signal?.aborted) throw cancelled(task)
  const worker = new Worker(new URL('./maintenance-worker.ts', import.meta.url), {
    workerData: task,
    name: 'maintenance',
  })
  const stop = () => void worker.terminate()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<Problem[]>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', (err) => reject(databaseError(err, task.file)))
      worker.once('exit', () => reject(cancelled(task)))
    })
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

function cancelled({ file, kind }: MaintenanceTask): CoreError {
  return new CoreError('Cancelled', `the ${kind} of ${file} was cancelled`)
}
