import type { Client } from '@spacedrive/client'
import { connect, stopDaemon } from '@spacedrive/client/node'

/** A daemon with a data folder of its own, and a connection to it. */
export interface DaemonProcess extends AsyncDisposable {
  readonly client: Client
  readonly pid: number
}

/** Starts the daemon of a data folder; it has a library when this resolves. Disposing stops it. */
export async function startDaemon(dataDir: string): Promise<DaemonProcess> {
  const { client } = await connect({ dataDir, start: 'auto', version: 'any' })
  const libraries = await client.query('libraries.list', {})
  if (libraries.length === 0) await client.action('libraries.create', { name: 'Bench' })
  return {
    client,
    pid: client.hello.pid,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await stopDaemon({ dataDir })
    },
  }
}

/** Waits until no job waits or runs. */
export async function jobsIdle(client: Client): Promise<void> {
  for (;;) {
    const { jobs } = await client.query('system.status', {})
    if (jobs.running + jobs.queued === 0) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

const POLL_MS = 20
