import { LibraryId } from '@spacedrive/core/domain'
import { defineQuery } from '@spacedrive/core/ops'
import { z } from 'zod'
import type { ExplorerHost } from '../explorer-host.ts'
import type { DaemonContext } from './context.ts'

export const systemStatus = defineQuery({
  name: 'system.status',
  scope: 'core',
  staleBy: ['jobs', 'libraries', 'network'],
  access: 'view',
  summary: 'Show the daemon, its jobs and its memory',
  input: z.object({}),
  output: z.object({
    version: z.string(),
    instance: z.string(),
    dataDir: z.string(),
    pid: z.number(),
    uptimeMs: z.number(),
    library: z.object({ id: LibraryId, name: z.string() }).nullable(),
    libraries: z.number(),
    jobs: z.object({ running: z.number(), queued: z.number(), paused: z.number() }),
    network: z.object({ state: z.string() }),
    memory: z.object({ rssBytes: z.number() }),
    explorer: z.string().nullable(),
    /** The port in the settings, if another program had it and the explorer is at another one; missing otherwise. */
    takenPort: z.number().optional(),
    tokenFile: z.string().nullable(),
    /**
     * The socket that serves HTTP without the token, for this user only: `curl --unix-socket <it>
     * http://localhost/health`.
     */
    httpSocket: z.string().nullable(),
    /** How other machines reach the explorer, with the SHA-256 of its certificate; null if they cannot. */
    exposed: z.object({ urls: z.array(z.string()), fingerprint: z.string() }).nullable(),
    /** Notices about files of the data folder that were damaged when the daemon started; also among `notices`. */
    damaged: z.array(z.string()),
    /**
     * Problems that the user should take care of, one sentence each: a copied data folder, a library that could not be
     * opened.
     */
    notices: z.array(z.string()),
  }),
  run: async (_input, { core, explorer }: DaemonContext) => ({
    ...core.status(),
    explorer: explorer?.url ?? null,
    ...(explorer && explorer.takenPort !== null && { takenPort: explorer.takenPort }),
    tokenFile: explorer?.tokenFile ?? null,
    httpSocket: explorer?.socket ?? null,
    exposed: exposedOf(explorer),
  }),
})

/** In the order of help and of the documents. */
export const operations = [systemStatus] as const

function exposedOf(explorer: ExplorerHost | null) {
  const exposed = explorer?.exposed ?? null
  return exposed && { urls: [...exposed.urls], fingerprint: exposed.fingerprint }
}
