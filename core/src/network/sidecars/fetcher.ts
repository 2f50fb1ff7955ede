import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DeviceId } from '../../domain/index.ts'
import type { Accepts, RemoteSidecar, SidecarKey } from '../../sidecars/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import type { Transfers } from '../transfer/index.ts'
import type { Peers } from '../wire/protocol.ts'
import { ask } from '../wire/rpc.ts'
import { Deadline } from '../wire/deadline.ts'
import { nameOf } from './inventory.ts'
import { MAX_BATCH, sidecars } from './protocol.ts'
import type { SidecarLibrary } from './shared-library.ts'
import type { Sources } from './sources.ts'

/** Maximum number of transfers at once, for all callers together. */
const MAX_TRANSFERS = 4
/** How long requests are collected for one transfer, in milliseconds. */
const GATHER_MS = 5
/** Maximum number of devices that are tried, one after another, for the same sidecar. */
const MAX_TRIES = 3
/** Sidecars of at least this size are fetched from several holders at once. */
const SHARED_BYTES = 16_777_216
/** A transfer may take `PATIENCE_MS`, and in addition the time for its bytes at this rate, in bytes per second. */
const SLOWEST_BYTES_PER_SECOND = 100_000
const PATIENCE_MS = 30_000

export interface FetcherDeps {
  readonly peers: Peers
  readonly transfers: Transfers
  readonly sources: Sources
  readonly clock: Clock
  readonly log: Logger
  readonly lacks: (library: SidecarLibrary, device: DeviceId, key: SidecarKey) => void
}

interface Request {
  readonly library: SidecarLibrary
  readonly key: SidecarKey
  readonly accepts: Accepts
  readonly signal: AbortSignal
  /** Devices not tried yet, the best first. */
  readonly candidates: DeviceId[]
  tries: number
  readonly done: PromiseWithResolvers<RemoteSidecar | null>
}

/** A sidecar that its holder has confirmed. */
interface Confirmed {
  readonly request: Request
  readonly sidecar: RemoteSidecar
}

/**
 * Fetches sidecars. Requests that come at the same time share a transfer. The best holder is tried first, then the
 * next. A sidecar is kept only if it has the checksum that its sender announced.
 */
export class Fetcher implements AsyncDisposable {
  readonly #deps: FetcherDeps
  readonly #queue: Request[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #swept = new WeakMap<SidecarLibrary, Promise<void>>()
  readonly #ending = new AbortController()
  #gathering: Disposable | null = null

  constructor(deps: FetcherDeps) {
    this.#deps = deps
  }

  /** Fetches sidecars to their final paths. Returns those that have arrived. */
  async fetch(
    library: SidecarLibrary,
    keys: readonly SidecarKey[],
    how: { accepts: Accepts; candidates: (key: SidecarKey) => readonly DeviceId[]; signal: AbortSignal },
  ): Promise<RemoteSidecar[]> {
    const { accepts, signal } = how
    const requests = keys.flatMap((key): Request[] => {
      const candidates = how.candidates(key).slice(0, MAX_TRIES)
      const done = Promise.withResolvers<RemoteSidecar | null>()
      return candidates.length > 0
        ? [{ library, key, accepts, signal, candidates: [...candidates], tries: 0, done }]
        : []
    })
    if (requests.length === 0 || this.#ending.signal.aborted) return []
    this.#queue.push(...requests)
    this.#gathering ??= this.#deps.clock.after(GATHER_MS, () => {
      this.#gathering = null
      this.#goOn()
    })
    const came = await Promise.all(requests.map(({ done }) => done.promise))
    signal.throwIfAborted()
    return came.filter((sidecar) => sidecar !== null)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#gathering?.[Symbol.dispose]()
    for (const { done } of this.#queue.splice(0)) done.resolve(null)
    await Promise.allSettled(this.#running)
  }

  #goOn(): void {
    while (this.#running.size < MAX_TRANSFERS && this.#queue.length > 0) {
      const batch = this.#nextBatch()
      const run = this.#run(batch).finally(() => {
        this.#running.delete(run)
        this.#goOn()
      })
      this.#running.add(run)
    }
  }

  /** The next queued requests for one library and one device. */
  #nextBatch(): Request[] {
    const [first] = this.#queue
    const [device] = first!.candidates
    const batch: Request[] = []
    const isOfIt = (each: Request) =>
      batch.length < MAX_BATCH && each.library === first!.library && each.candidates[0] === device
    const rest = this.#queue.filter((each) => {
      if (!isOfIt(each)) return true
      batch.push(each)
      return false
    })
    this.#queue.splice(0, this.#queue.length, ...rest)
    return batch
  }

  async #run(batch: readonly Request[]): Promise<void> {
    const { log, peers, sources } = this.#deps
    const device = batch[0]!.candidates[0]!
    const alive = batch.filter(({ signal }) => !signal.aborted)
    const came = new Map<Request, RemoteSidecar>()
    const abandoned = new AbortController()
    const look = () => {
      if (alive.every(({ signal }) => signal.aborted))
        abandoned.abort(new CoreError('Cancelled', 'not wanted any more'))
    }
    for (const { signal } of alive) signal.addEventListener('abort', look, { once: true })
    try {
      if (alive.length > 0 && peers.get(device)) {
        const signal = AbortSignal.any([abandoned.signal, this.#ending.signal])
        const confirmed = await this.#confirm(device, alive, signal)
        for (const [request, sidecar] of await this.#transfer(device, confirmed, signal)) came.set(request, sidecar)
      }
    } catch (err) {
      if (!abandoned.signal.aborted && !this.#ending.signal.aborted) {
        sources.failed(device)
        log.info({ device, err: errorMessage(err) }, 'sidecars did not come')
      }
    } finally {
      for (const { signal } of alive) signal.removeEventListener('abort', look)
    }
    for (const request of batch) this.#settle(request, came.get(request) ?? null)
  }

  #settle(request: Request, sidecar: RemoteSidecar | null): void {
    request.candidates.shift()
    const isOver = sidecar !== null || request.candidates.length === 0
    if (isOver || request.signal.aborted || this.#ending.signal.aborted) request.done.resolve(sidecar)
    else this.#queue.push(request)
  }

  /** Asks the device which sidecars of a batch it has, and returns those that the requests accept. */
  async #confirm(device: DeviceId, batch: readonly Request[], signal: AbortSignal): Promise<Confirmed[]> {
    const peer = this.#deps.peers.get(device)
    if (!peer) return []
    const { library } = batch[0]!
    const items = batch.map(({ key }) => ({ content: key.contentId, kind: key.kind, variant: key.variant }))
    const { found } = await ask(peer, { rpc: sidecars, verb: 'who', input: { library: library.id, items } }, signal)
    return batch.flatMap((request, index) => {
      const answer = found.find((each) => each.index === index && each.format === request.key.format)
      if (!answer) {
        this.#deps.lacks(library, device, request.key)
        return []
      }
      const { checksum, colour, engine, recipe, size, thumbhash } = answer
      const findings = { ...(thumbhash && { thumbhash }), ...(colour !== null && { colour }) }
      const sidecar = { ...request.key, checksum, engine, recipe, size, findings }
      return request.accepts(sidecar) ? [{ request, sidecar }] : []
    })
  }

  async #transfer(
    device: DeviceId,
    confirmed: readonly Confirmed[],
    signal: AbortSignal,
  ): Promise<Map<Request, RemoteSidecar>> {
    const came = new Map<Request, RemoteSidecar>()
    // Each large sidecar is a separate transfer from all its holders.
    const { large = [], small = [] } = Object.groupBy(confirmed, ({ sidecar }) =>
      sidecar.size >= SHARED_BYTES ? 'large' : 'small',
    )
    const batches = [...(small.length > 0 ? [small] : []), ...large.map((one) => [one])]
    for (const batch of batches) {
      const [{ request, sidecar }] = batch as [Confirmed, ...Confirmed[]]
      const all = [device, ...(sidecar.size >= SHARED_BYTES ? request.candidates.slice(1) : [])]
      for (const each of await this.#transferFrom(all, batch, signal)) came.set(each.request, each.sidecar)
    }
    return came
  }

  async #transferFrom(
    devices: readonly DeviceId[],
    batch: readonly Confirmed[],
    signal: AbortSignal,
  ): Promise<Confirmed[]> {
    const { clock, log, sources, transfers } = this.#deps
    const { library } = batch[0]!.request
    const incoming = await this.#incoming(library)
    const folder = join(incoming, randomUUID())
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const bytes = batch.reduce((sum, { sidecar }) => sum + sidecar.size, 0)
    const ms = PATIENCE_MS + (bytes / SLOWEST_BYTES_PER_SECOND) * 1_000
    using deadline = new Deadline(signal, { ms, reason: () => new CoreError('Timeout', 'sidecars come too slowly') })
    const begun = clock.ticks()
    const draftOf = (index: number) => join(folder, String(index))
    try {
      const { failures, liars } = await transfers.fetch(
        {
          devices,
          kind: 'sidecars',
          spec: {
            library: library.id,
            items: batch.map(({ request: { key } }) => ({
              content: key.contentId,
              kind: key.kind,
              variant: key.variant,
              format: key.format,
            })),
          },
          folder: join(folder, 'state'),
          place: (items) => {
            const indices = items.map((item) => indexOf(item, batch))
            return {
              targets: indices.map((index) => Buffer.from(draftOf(index))),
              expected: indices.map((index) => Buffer.from(batch[index]!.sidecar.checksum)),
            }
          },
        },
        deadline.signal,
      )
      if (liars.length > 0) log.warn({ devices: liars }, 'a device sent sidecars that do not match its digest')
      const placed: Confirmed[] = []
      for (const [index, each] of batch.entries()) if (await place(draftOf(index), each)) placed.push(each)
      if (placed.length > 0) sources.served(devices[0]!, { bytes, ms: clock.ticks() - begun })
      if (liars.length > 0 || placed.length === 0) sources.failed(devices[0]!)
      if (failures.length > 0) log.info({ failures: failures.length }, 'sidecars did not come')
      return placed
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** The folder for incoming sidecars. Files that a crash has left there are deleted once. */
  async #incoming(library: SidecarLibrary): Promise<string> {
    const folder = join(library.path, 'sidecars', 'incoming')
    const swept = this.#swept.get(library) ?? rm(folder, { recursive: true, force: true })
    this.#swept.set(library, swept)
    await swept
    return folder
  }
}

/**
 * The index of an offered file in the batch. Throws `InvalidInput` if the file was not requested or has another size
 * than announced.
 */
function indexOf(
  { kind, names, size }: { kind: string; names: readonly Uint8Array[]; size: number },
  batch: readonly Confirmed[],
): number {
  const text = names.length === 1 ? Buffer.from(names[0]!).toString() : ''
  const wanted = /^\d{1,4}$/.test(text) ? batch[Number(text)] : undefined
  if (kind !== 'file' || !wanted)
    throw new CoreError('InvalidInput', 'the other device sent a sidecar that was not requested')
  if (size !== wanted.sidecar.size)
    throw new CoreError(
      'InvalidInput',
      `the other device sent ${nameOf(wanted.sidecar)} with ${size} bytes in place of ${wanted.sidecar.size}`,
    )
  return Number(text)
}

/** Moves a sidecar to its final path. Returns false if it has not arrived. */
async function place(draft: string, { request: { key, library }, sidecar }: Confirmed): Promise<boolean> {
  const found = await stat(draft).catch(() => null)
  if (!found?.isFile() || found.size !== sidecar.size) return false
  const path = library.sidecars.exchange.fileOf(key)
  await mkdir(dirname(path), { recursive: true })
  await rename(draft, path)
  return true
}
