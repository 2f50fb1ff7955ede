import { setTimeout as wait } from 'node:timers/promises'
import { type DeviceId, type LibraryId, sidecarKindNumbers, sidecarStateNumbers } from '@spacedrive/core/domain'
import { SETTLE_MS } from '../../core/src/network/sidecars/protocol.ts'
import { addContents } from './sidecar-tasks.ts'
import type { TaskContext } from './tasks.ts'

const POLL_MS = 5
const GIVE_UP_MS = 120_000

/** What the process with the engine can be asked about sidecars that other devices have. */
export const sidecarExchangeTasks = {
  /** Sets settings; `off` is no value of a list of kinds, an empty text is. */
  async configure({ core }: TaskContext, { settings }: { settings: Readonly<Record<string, string>> }): Promise<void> {
    for (const [key, value] of Object.entries(settings)) await core.config.set(key, value)
  },

  /** Adds rows of contents with three thumbnails each: of a digest more is not seen. */
  addContents({ core }: TaskContext, { contents }: { contents: number }): void {
    addContents(core, contents)
  },

  async shareLibrary({ core }: TaskContext, { device }: { device: string }) {
    const { id } = core.libraries.resolve()
    await core.network.membership.share(id, core.network.registry.find(device))
    return { library: id }
  },

  async joinLibrary({ core }: TaskContext, { device, library }: { device: string; library: string }): Promise<void> {
    const input = { device: device as DeviceId, library: library as LibraryId, name: 'Shared' }
    await core.network.membership.join(input, AbortSignal.timeout(GIVE_UP_MS))
    await core.libraries.switchTo('Shared')
  },

  /** Milliseconds from the next connection until all is known that the other side has; it is to be one that was started anew. */
  async exchangeAtConnect({ core }: TaskContext, _input: object): Promise<number> {
    const { network } = core
    const { promise, resolve } = Promise.withResolvers<number>()
    using _listening = network.sessions.onConnected(() => resolve(performance.now()))
    const begun = await promise
    // What is on its way is waited for.
    await network.sidecars.refresh()
    return performance.now() - begun
  },

  /** Milliseconds until what has changed since the last time is known. */
  async exchangeChanges({ core }: TaskContext, _input: object): Promise<number> {
    const begun = performance.now()
    await core.network.sidecars.refresh()
    return performance.now() - begun
  },

  /** Has what this device has looked at anew, as a change of its sidecars does. */
  async readOwn({ core }: TaskContext, _input: object): Promise<void> {
    await core.network.sidecars.refresh()
  },

  /** Lists a folder now and then with nothing else to do; the 95 % of it in milliseconds. */
  async listIdle(context: TaskContext, input: Listing & { times: number }): Promise<number[]> {
    const ms: number[] = []
    for (let n = 0; n < input.times; n++) ms.push(await listOnce(context, input))
    return ms
  },

  /**
   * Indexes a folder whose thumbnails another device has, and takes the time from then on until they are here; lists
   * meanwhile, where asked, once the fetching has begun.
   */
  async fetchAhead(context: TaskContext, { list, path, thumbnails }: FetchAhead) {
    const library = context.core.libraries.resolve()
    const ready = readyThumbnails(context)
    const wanted = ready() + thumbnails
    const { job } = await library.locations.add({ path, mode: 'content', watch: false })
    await library.jobs.wait(job.id)
    const begun = performance.now()
    await wait(SETTLE_MS)
    const ms: number[] = []
    // Once at least: all may be there by now.
    if (list)
      do ms.push(await listOnce(context, list))
      while (ready() < wanted)
    else await until(() => ready() >= wanted)
    return { perSecond: thumbnails / ((performance.now() - begun) / 1_000), ms }
  },
}

interface Listing {
  readonly path: string
  readonly everyMs: number
}

interface FetchAhead {
  readonly path: string
  readonly thumbnails: number
  readonly list: Listing | null
}

async function listOnce({ core }: TaskContext, { everyMs, path }: Listing): Promise<number> {
  await wait(everyMs)
  const request = { path, all: false, sort: 'name', reverse: false, foldersFirst: true, thumbs: false } as const
  const begun = performance.now()
  await core.sources.list(
    { ...request, limit: 100, offset: 0 },
    core.libraries.resolve(),
    AbortSignal.timeout(GIVE_UP_MS),
  )
  return performance.now() - begun
}

function readyThumbnails({ core }: TaskContext): () => number {
  const count = core.libraries
    .resolve()
    .store.connection.prepare(
      `select count(*) as n from sidecars where kind = ${sidecarKindNumbers.thumb} and state = ${sidecarStateNumbers.ready}`,
    )
  return () => Number(count.get()!['n'])
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`what is waited for does not come: ${String(condition)}`)
    await wait(POLL_MS)
  }
}
