import { inProcess, inThread, type Startable } from '../workers/worker-link.ts'

/** `native`: the system's events. `polling`: for network mounts and other places that send none. */
export type WatchMode = 'native' | 'polling'

/**
 * Size of the heap's young generation, in MB. A watcher keeps most of its objects; with the default size, its memory
 * doubles before a collection.
 */
const YOUNG_GENERATION_MB = 4

const entry = new URL('./watch-worker.ts', import.meta.url)
const name = 'watch'

/** The worker of each mode. Polled places may never answer, so a process polls them: it can be killed then. */
export const watchWorkers: Readonly<Record<WatchMode, Startable>> = {
  native: inThread({ entry, name, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } }),
  polling: inProcess({ entry, name, execArgv: [`--max-semi-space-size=${YOUNG_GENERATION_MB}`] }),
}
