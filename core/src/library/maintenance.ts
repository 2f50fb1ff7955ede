import { CoreError } from '../util/errors.ts'
import { WorkerClient } from '../workers/worker-client.ts'
import { inThread } from '../workers/worker-link.ts'
import type { MaintenanceTask, Problem } from './maintenance-worker.ts'

const worker = inThread({ entry: new URL('./maintenance-worker.ts', import.meta.url), name: 'maintenance' })

/**
 * Runs one task in a separate thread. Aborting ends the thread, and SQLite rolls its transaction back. Throws
 * `Cancelled`, and SQLite's errors about the file.
 */
export async function maintain(task: MaintenanceTask, signal?: AbortSignal): Promise<Problem[]> {
  if (signal?.aborted) throw cancelled(task)
  await using thread = new WorkerClient<MaintenanceTask, Problem[]>({ worker })
  try {
    return await thread.run(task, { signal })
  } catch (err) {
    throw signal?.aborted ? cancelled(task) : err
  }
}

function cancelled({ file, kind }: MaintenanceTask): CoreError {
  return new CoreError('Cancelled', `cancelled while ${kind === 'check' ? 'checking' : 'optimizing'} ${file}`)
}
