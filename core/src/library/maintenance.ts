import { Worker } from 'node:worker_threads'
import { CoreError } from '../util/errors.ts'
import type { MaintenanceTask, Problem } from './maintenance-worker.ts'

/** Runs one task in a thread of its own. Aborting ends the thread; SQLite rolls back what it was at. */
export async function maintain(task: MaintenanceTask, signal?: AbortSignal): Promise<Problem[]> {
  const worker = new Worker(new URL('./maintenance-worker.ts', import.meta.url), {
    workerData: task,
    name: 'maintenance',
  })
  const stop = () => void worker.terminate()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<Problem[]>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new CoreError('Cancelled', 'cancelled')))
    })
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
