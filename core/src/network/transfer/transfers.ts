import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { DeviceId, Transfer, TransferState } from '../../domain/index.ts'
import { CoreError, type ErrorCode, errorMessage, isRetryable } from '../../util/errors.ts'
import { bytesToName, displayName, fsPath, parsePath } from '../../util/file-name.ts'
import type { Logger } from '../../util/logger.ts'
import type { PrivatePlaces } from '../../util/private-files.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import { uuidv7 } from '../../util/uuid.ts'
import { type Clock, sleep } from '../clock.ts'
import type { NetworkDb } from '../db/network-db.ts'
import { sharedFolders } from '../receive-folder.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { contentOf } from './content-spec.ts'
import {
  askDevices,
  type Asking,
  type FetchDeps,
  type Fetched,
  type FetchListener,
  fetchOffered,
  type Offer,
} from './fetch-transfer.ts'
import { type Incoming, incomingOf, showIncoming } from './incoming-transfer.ts'
import type { OwnAddresses } from './meeting-addresses.ts'
import { OutgoingTransfers } from './outgoing-transfers.ts'
import { RefusedHolders, sentElse } from './refused-holders.ts'
import { requireOffered } from './require-offered.ts'
import { requireSpace } from './require-space.ts'
import { type ServedTransfers, serveTransfers, type SourceResolver } from './serve-transfer.ts'
import {
  type Agreed,
  askingOf,
  newRow,
  preserveOf,
  type StartInput,
  type TransferRow,
  TransferRows,
} from './transfer-rows.ts'
import { TransferThread } from './transfer-thread.ts'
import type { Answered, Renamed, TransferNews } from './worker/messages.ts'
import type { SourceItem } from './worker/walk-source.ts'

/** Maximum number of transfers to this device that run at once. The others wait. */
const MAX_RUNNING = 4
/** Waits after failed attempts while the device is connected, in milliseconds. */
const RETRY_MS = [250, 2_000, 5_000, 15_000, 60_000] as const
/** Maximum number of ended transfers that stay listed. */
const KEPT_ENDED = 200
/** Maximum number of failures that are stored one by one. */
const KEPT_FAILURES = 100
/** How often progress is reported and stored, in milliseconds. */
const TELL_MS = 250

export interface TransfersDeps {
  readonly dataDir: string
  readonly db: NetworkDb
  readonly peers: Peers
  readonly clock: Clock
  readonly log: Logger
  readonly nameOf: (device: DeviceId) => string
  readonly isPaired: (device: DeviceId) => boolean
  readonly settings: () => {
    readonly bulkPort: number
    readonly maxBytesPerSecond: number
    readonly receiveFolder: string
  }
  readonly own: () => OwnAddresses
  readonly changed: (transfer: Transfer) => void
}

export interface FetchInput extends Asking {
  /** A private folder for records during the fetch; removed at the end. */
  readonly folder: string
  /** The absolute target path of each item, in order, and the BLAKE3 that it must have if that is known. */
  place(items: readonly SourceItem[]): { targets: readonly Uint8Array[]; expected: readonly (Uint8Array | null)[] }
  /** Whether other programs will open the files. Then the origin is written to the attributes of each file. */
  readonly isForPrograms?: boolean
}

/**
 * Files on their way from and to other devices. Incoming transfers are recorded in `network.db` and continue by
 * themselves after a lost connection or a restart. Received data is never sent again.
 */
export class Transfers implements AsyncDisposable {
  readonly #deps: TransfersDeps
  readonly #thread: TransferThread
  readonly #resolvers = new Map<string, SourceResolver>()
  readonly #incoming = new Map<string, Incoming>()
  readonly #rows: TransferRows
  readonly #outgoing: OutgoingTransfers
  readonly #served: ServedTransfers
  readonly #listeners = new Map<string, FetchListener>()
  readonly #parts = new DisposableStack()
  readonly #ending = new AbortController()
  readonly #runs = new Set<Promise<void>>()
  readonly #watchers = new Set<(transfer: Transfer) => void>()

  constructor(deps: TransfersDeps) {
    this.#deps = deps
    this.#rows = new TransferRows(deps.db)
    this.#outgoing = new OutgoingTransfers({ clock: deps.clock, changed: (transfer) => this.#changed(transfer) })
    this.#thread = new TransferThread({ onNews: (news) => this.#hear(news), onLost: (err) => this.#lost(err) })
    this.#served = serveTransfers({
      clock: deps.clock,
      thread: this.#thread,
      resolver: (kind) => this.#resolvers.get(kind),
      port: () => deps.settings().bulkPort,
      own: deps.own,
      privatePlaces: () => this.#privatePlaces(),
      held: (key) => this.#outgoing.held(key),
      onLeft: (key) => this.#outgoing.left(key),
      onBegin: (news) => this.#outgoing.began(news),
      onEnd: (id, err) => this.#outgoing.ended(id, err),
    })
    this.#parts.use(deps.peers.handle(this.#served.handler))
    this.#parts.use(deps.peers.onConnected((peer) => this.#connected(peer)))
    for (const row of this.#rows.all()) this.#incoming.set(row.id, incomingOf(row))
    void this.followSettings()
  }

  #privatePlaces(): PrivatePlaces {
    const { dataDir, settings } = this.#deps
    return { folder: dataDir, shared: sharedFolders({ chosen: settings().receiveFolder }) }
  }

  /** Answers requests of one kind from now on. */
  resolve<R extends SourceResolver>(resolver: R): Disposable {
    this.#resolvers.set(resolver.kind, resolver)
    return { [Symbol.dispose]: () => void this.#resolvers.delete(resolver.kind) }
  }

  /** Ends transfers that are no longer allowed. Call it after a change of grants, members or pairings. */
  recheck(): void {
    this.#served.recheck()
  }

  /** Calls `listener` for each change of a transfer, as often as the event is emitted. */
  onChange(listener: (transfer: Transfer) => void): Disposable {
    this.#watchers.add(listener)
    return { [Symbol.dispose]: () => void this.#watchers.delete(listener) }
  }

  /**
   * The number and size of the files at some paths, and the names of the paths. Throws if one of them cannot be sent,
   * and throws the signal's reason.
   */
  async measure(
    roots: readonly { readonly path: Uint8Array; readonly name: Uint8Array }[],
    signal: AbortSignal,
  ): Promise<
    Pick<Answered<'openSource'>, 'files' | 'bytes' | 'leftOut' | 'leftOutCount'> & { names: readonly Uint8Array[] }
  > {
    signal.throwIfAborted()
    using _thread = this.#thread.use()
    const source = uuidv7(this.#deps.clock.now())
    try {
      const privatePlaces = this.#privatePlaces()
      const opening = this.#thread.ask('openSource', { source, roots, privatePlaces, device: null })
      const { count: _, ...measured } = await untilAborted(opening, signal)
      return { ...measured, names: roots.map(({ name }) => name) }
    } finally {
      await this.#thread.ask('closeSource', { source })
    }
  }

  /** Applies the current limit on bytes per second. */
  async followSettings(): Promise<void> {
    const { maxBytesPerSecond } = this.#deps.settings()
    await this.#thread.limit(maxBytesPerSecond === 0 ? null : maxBytesPerSecond).catch(() => {})
  }

  /** Unfinished transfers before ended ones; in each group the newest first. */
  list(): Transfer[] {
    const all = [...[...this.#incoming.values()].map((each) => this.#show(each)), ...this.#outgoing.list()]
    return all.toSorted(
      (a, b) => Number(a.endedAt !== null) - Number(b.endedAt !== null) || b.createdAt.localeCompare(a.createdAt),
    )
  }

  /** Binds a stored transfer to an offer again, after a restart. Does nothing if the transfer is unknown. */
  agree(id: string, agreed: Agreed): void {
    const incoming = this.#incoming.get(id)
    if (incoming) incoming.agreed = agreed
  }

  /** The folder of a transfer to this device; null if the transfer is unknown. */
  folderOf(id: string): string | null {
    return this.#incoming.get(id)?.row.folder ?? null
  }

  /** The error of a failed transfer to this device; null if it has not failed or is unknown. */
  errorOf(id: string): Transfer['error'] {
    const incoming = this.#incoming.get(id)
    return incoming ? this.#show(incoming).error : null
  }

  /** Throws `NotFound`. */
  get(id: string): Transfer {
    return this.#outgoing.has(id) ? this.#outgoing.get(id) : this.#show(this.#find(id))
  }

  /** Records a transfer and starts it, or waits for the device. Throws `InvalidInput` if the folder is not usable. */
  start(input: StartInput): Transfer {
    if (input.devices.length === 0) throw new CoreError('InvalidInput', 'no device to fetch from')
    statfsSync(fsPath(parsePath(input.folder)))
    const now = this.#deps.clock.now()
    const row = newRow(input, { id: uuidv7(now), now })
    this.#rows.add(row)
    this.#forgetOld()
    const incoming = { ...incomingOf(row), agreed: input.agreed ?? null }
    this.#incoming.set(row.id, incoming)
    this.#run(incoming)
    return this.#show(incoming)
  }

  /**
   * Pauses a transfer. Received data stays, and `resume` continues. Throws `NotFound`, and `Conflict` if it has ended.
   */
  pause(id: string): Transfer {
    if (this.#outgoing.has(id)) return this.#outgoing.pause(id)
    const incoming = this.#find(id)
    if (incoming.row.ended_at !== null) throw new CoreError('Conflict', 'the transfer has ended')
    this.#set(incoming, { state: 'paused' })
    incoming.running?.abort(new CoreError('Cancelled', 'paused'))
    return this.#show(incoming)
  }

  /**
   * Resumes a transfer that is paused or has failed; does nothing if it is running. Throws `Conflict` if it has ended
   * in another way.
   */
  resume(id: string): Transfer {
    if (this.#outgoing.has(id)) return this.#outgoing.resume(id)
    const incoming = this.#find(id)
    const { state } = incoming.row
    if (state === 'completed' || state === 'cancelled') throw new CoreError('Conflict', `the transfer is ${state}`)
    if (state === 'paused' || state === 'failed') {
      // Devices that sent wrong data may have the right content now.
      incoming.refused = new RefusedHolders()
      this.#set(incoming, { state: 'waiting', error: null, ended_at: null })
      this.#run(incoming)
    }
    return this.#show(incoming)
  }

  /** Cancels a transfer. Complete files stay, unfinished ones are removed. */
  async cancel(id: string): Promise<Transfer> {
    if (this.#outgoing.has(id)) return this.#outgoing.cancel(id)
    const incoming = this.#find(id)
    if (incoming.row.ended_at === null || incoming.row.state === 'failed') {
      this.#set(incoming, { state: 'cancelled', ended_at: this.#deps.clock.now() })
      incoming.running?.abort(new CoreError('Cancelled', 'cancelled'))
      await incoming.run
      await this.#thread.ask('discardFetch', { folder: this.#stateFolder(id) }).catch(() => {})
    }
    return this.#show(incoming)
  }

  /**
   * Ends a transfer to this device that is no longer allowed. Complete files stay. Does nothing if it has already
   * ended.
   */
  deny(id: string, { code, message }: CoreError): void {
    const incoming = this.#find(id)
    if (incoming.row.ended_at !== null) return
    this.#end(incoming, { state: 'failed', error: { code, message } })
    incoming.running?.abort(new CoreError(code, message))
  }

  /** Resolves with the transfer once it has ended or is paused. */
  async wait(id: string, signal: AbortSignal): Promise<Transfer> {
    for (;;) {
      const transfer = this.get(id)
      if (transfer.endedAt !== null || transfer.state === 'paused') return transfer
      await sleep(this.#deps.clock, TELL_MS, signal)
    }
  }

  /**
   * Fetches files immediately, such as sidecars. The fetch is not listed, and does not continue after a restart. Throws
   * the refusal of the devices, `Corrupt` if no device sends the content, and the signal's reason.
   */
  async fetch(input: FetchInput, signal: AbortSignal): Promise<Fetched> {
    const refused = new RefusedHolders()
    for (;;) {
      const offers = await askDevices(refused.without(input), this.#deps.peers, signal)
      const fetched = await this.#fetchAtOnce(input, offers, signal)
      if (!fetched.isRefused) return fetched
      this.#refuse(refused, { asking: input, liars: fetched.liars, offers })
    }
  }

  async #fetchAtOnce(input: FetchInput, offers: readonly Offer[], signal: AbortSignal): Promise<Fetched> {
    const { items } = offers[0]!
    mkdirSync(input.folder, { recursive: true, mode: 0o700 })
    try {
      requireSpace(input.folder, sizeOf(items))
      const fetched = await fetchOffered(
        offers,
        {
          id: uuidv7(this.#deps.clock.now()),
          folder: input.folder,
          destination: input.place(items),
          preserve: 'nothing',
          origin: input.isForPrograms ? originOf(this.#deps.nameOf(input.devices[0]!)) : null,
          content: contentOf(input),
          onOpen: () => {},
          onVia: () => {},
          onProgress: () => {},
        },
        this.#fetchDeps(),
        signal,
      )
      if (fetched.isRefused) await this.#thread.ask('discardFetch', { folder: input.folder })
      return fetched
    } finally {
      rmSync(input.folder, { recursive: true, force: true })
    }
  }

  /** Stops all transfers. They continue when the engine is opened again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#parts.dispose()
    await Promise.allSettled(this.#runs)
    await this.#thread[Symbol.asyncDispose]()
  }

  #find(id: string): Incoming {
    const incoming = this.#incoming.get(id)
    if (incoming) return incoming
    throw new CoreError('NotFound', `no transfer ${id}; see \`spacedrive network transfers\``)
  }

  #show(incoming: Incoming): Transfer {
    return showIncoming(incoming, this.#deps.nameOf)
  }

  #connected({ id }: Peer): void {
    for (const incoming of this.#incoming.values()) {
      if (incoming.row.state === 'waiting' && incoming.devices.includes(id)) this.#run(incoming)
    }
  }

  /** Starts a waiting transfer, unless too many are running. */
  #run(incoming: Incoming): void {
    const running = [...this.#incoming.values()].filter((each) => each.running !== null)
    if (incoming.running || running.length >= MAX_RUNNING || this.#ending.signal.aborted) return
    const controller = new AbortController()
    incoming.running = controller
    const run = this.#attempts(incoming, AbortSignal.any([controller.signal, this.#ending.signal])).finally(() => {
      incoming.running = null
      incoming.run = null
      this.#runs.delete(run)
      this.#runNext()
    })
    incoming.run = run
    this.#runs.add(run)
  }

  #runNext(): void {
    for (const incoming of this.#incoming.values()) {
      const isReachable = incoming.devices.some((id) => this.#deps.peers.get(id) !== null)
      if (incoming.row.state === 'waiting' && isReachable) this.#run(incoming)
    }
  }

  /** Repeats attempts until the transfer has ended, is stopped, or no device of it is connected. */
  async #attempts(incoming: Incoming, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const before = incoming.row.bytes_done
      if (this.#endUnpaired(incoming)) return
      try {
        if (await this.#attempt(incoming, signal)) return
      } catch (err) {
        if (signal.aborted) return
        const code = err instanceof CoreError ? err.code : 'Internal'
        if (!isRetryable(code) || code === 'DiskFull') {
          this.#end(incoming, { state: 'failed', error: { code, message: errorMessage(err) } })
          return
        }
        this.#deps.log.info({ transfer: incoming.row.title, err: errorMessage(err) }, 'a transfer was interrupted')
      }
      // The transfer was paused or cancelled at the moment when the connection ended.
      if (signal.aborted) return
      if (this.#endUnpaired(incoming)) return
      this.#set(incoming, { state: 'waiting' })
      incoming.rate.stop()
      if (!incoming.devices.some((id) => this.#deps.peers.get(id))) return
      if (incoming.row.bytes_done > before) attempt = 0
      const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!
      await sleep(this.#deps.clock, wait, signal).catch(() => {})
      if (signal.aborted) return
    }
  }

  /** Ends a transfer if none of its devices is paired any more. Returns true if it has ended. */
  #endUnpaired(incoming: Incoming): boolean {
    if (incoming.devices.some((id) => this.#deps.isPaired(id))) return false
    const error = { code: 'NotAuthorised', message: 'the device is not paired with this one any more' } as const
    this.#end(incoming, { state: 'failed', error })
    return true
  }

  /** Makes one attempt. Returns true if the transfer has ended. */
  async #attempt(incoming: Incoming, signal: AbortSignal): Promise<boolean> {
    this.#setFromRun(incoming, { state: 'preparing' }, signal)
    const { row } = incoming
    const asking = askingOf(row)
    const offers = await askDevices(incoming.refused.without(asking), this.#deps.peers, signal)
    const { items, leftOut } = offers[0]!
    if (incoming.agreed) requireOffered(items, incoming.agreed)
    requireSpace(row.folder, sizeOf(items) - row.bytes_done)
    const fetched = await fetchOffered(
      offers,
      {
        id: row.id,
        folder: this.#stateFolder(row.id),
        destination: { folder: Buffer.from(fsPath(parsePath(row.folder))) },
        preserve: preserveOf(row),
        origin: originOf(this.#deps.nameOf(incoming.devices[0]!)),
        content: contentOf(asking),
        onOpen: ({ bytes, files, renamed, renamedCount, totalBytes, totalFiles }) => {
          incoming.rate.start(bytes, this.#deps.clock.ticks())
          const others = noteOfOthers(row.title, renamedCount - renamed.length)
          const opened: Partial<TransferRow> = {
            notes: JSON.stringify([...renamed.map(noteOfRenamed), ...others]),
            state: 'running',
            files_done: files,
            files_total: totalFiles,
            bytes_done: bytes,
            bytes_total: totalBytes,
            left_out: leftOut,
          }
          this.#setFromRun(incoming, opened, signal)
        },
        onVia: (via) => {
          incoming.via = via
        },
        onProgress: (progress) => this.#progressed(incoming, progress),
      },
      this.#fetchDeps(),
      signal,
    )
    if (fetched.isRefused) {
      await this.#thread.ask('discardFetch', { folder: this.#stateFolder(row.id) })
      this.#set(incoming, { files_done: 0, bytes_done: 0 })
      this.#refuse(incoming.refused, { asking, liars: fetched.liars, offers })
      return this.#attempt(incoming, signal)
    }
    this.#recordFailures(incoming, { fetched, items })
    if (!fetched.complete) {
      const liar = fetched.liars[0]
      // All devices sent the wrong file, so asking them again would not help.
      if (liar !== undefined && fetched.liars.length >= offers.length) {
        throw new CoreError('Corrupt', `${liar} sent data that does not match the file; the data was deleted`)
      }
      return false
    }
    // Remove the parts of files that could not be fetched, so they do not stay beside the others.
    if (fetched.failed > 0) await this.#thread.ask('discardFetch', { folder: this.#stateFolder(row.id) })
    // Cancelled or denied just before the last byte arrived.
    if (incoming.row.ended_at !== null) return true
    this.#end(incoming, { state: 'completed', error: null })
    return true
  }

  /** Throws `Corrupt` if no device is left to ask. */
  #refuse(
    refused: RefusedHolders,
    { asking, liars, offers }: { asking: Asking; liars: readonly string[]; offers: readonly Offer[] },
  ): void {
    const contentId = contentOf(asking)!
    this.#deps.log.warn({ devices: liars, contentId }, 'a device sent data that does not match the requested content')
    refused.add(liars, { asking, contentId, offers })
  }

  #recordFailures(incoming: Incoming, { fetched, items }: { fetched: Fetched; items: readonly SourceItem[] }): void {
    const { refused, row } = incoming
    const content = contentOf(askingOf(row))
    // When the right content has arrived, all devices that sent another version are liars too.
    const liars = content ? [...refused.names, ...(fetched.files > 0 ? fetched.liars : [])] : []
    const lied = liars.map((name) => ({ path: row.title, code: 'Corrupt', message: `${name} ${sentElse(content!)}` }))
    const failures = fetched.failures.slice(0, KEPT_FAILURES).map(({ code, item, message }) => {
      const path = items[item]?.names.map(displayName).join('/') ?? ''
      return { path, code, message }
    })
    const notes = JSON.parse(row.notes) as Transfer['notes']
    if (fetched.unmarked !== null)
      notes.push({ path: row.title, message: `the files are not marked with their origin: ${fetched.unmarked}` })
    this.#set(incoming, {
      notes: JSON.stringify(notes),
      files_done: fetched.files,
      bytes_done: fetched.bytes,
      failed: fetched.failed,
      failures: JSON.stringify([...lied, ...failures]),
    })
  }

  #progressed(incoming: Incoming, { files, bytes }: { files: number; bytes: number }): void {
    const { clock } = this.#deps
    incoming.rate.add(bytes, clock.ticks())
    incoming.row = { ...incoming.row, files_done: files, bytes_done: bytes }
    if (clock.ticks() - incoming.lastTold >= TELL_MS) this.#set(incoming, {})
  }

  #end(
    incoming: Incoming,
    { state, error }: { state: TransferState; error: { code: ErrorCode; message: string } | null },
  ): void {
    incoming.rate.stop()
    if (state === 'completed') rmSync(this.#stateFolder(incoming.row.id), { recursive: true, force: true })
    this.#set(incoming, { state, error: error && JSON.stringify(error), ended_at: this.#deps.clock.now() })
  }

  /**
   * Records a change from a run, unless the run was stopped: then a user has paused, resumed or cancelled the
   * transfer, and that state must stay.
   */
  #setFromRun(incoming: Incoming, change: Partial<TransferRow>, signal: AbortSignal): void {
    if (!signal.aborted) this.#set(incoming, change)
  }

  #set(incoming: Incoming, change: Partial<TransferRow>): void {
    incoming.row = { ...incoming.row, ...change }
    incoming.lastTold = this.#deps.clock.ticks()
    this.#rows.set(incoming.row)
    this.#changed(this.#show(incoming))
  }

  #changed(transfer: Transfer): void {
    this.#deps.changed(transfer)
    for (const watcher of this.#watchers) watcher(transfer)
  }

  #hear(news: TransferNews): void {
    switch (news.news) {
      case 'progress':
        return this.#listeners.get(news.fetch)?.onProgress(news)
      case 'channel-ended':
        return this.#listeners.get(news.fetch)?.onChannelEnded(news.channel)
      case 'fetch-ended':
        return this.#listeners.get(news.fetch)?.onEnded(news.error)
      case 'sent':
        return this.#outgoing.sent(news.channel, news.bytes)
      case 'serving-ended':
        return
    }
  }

  #lost(err: CoreError): void {
    this.#deps.log.error({ err: err.message }, 'transfers were interrupted')
    for (const listener of this.#listeners.values()) listener.onEnded({ code: 'Unavailable', message: err.message })
  }

  #fetchDeps(): FetchDeps {
    return {
      thread: this.#thread,
      own: this.#deps.own,
      listen: (fetch, listener) => {
        this.#listeners.set(fetch, listener)
        return { [Symbol.dispose]: () => void this.#listeners.delete(fetch) }
      },
    }
  }

  #stateFolder(id: string): string {
    return join(this.#deps.dataDir, 'transfers', id)
  }

  #forgetOld(): void {
    const ended = [...this.#incoming.values()].filter(({ row }) => row.ended_at !== null)
    for (const { row } of ended.slice(0, Math.max(0, ended.length - KEPT_ENDED))) {
      this.#incoming.delete(row.id)
      this.#rows.remove(row.id)
      rmSync(this.#stateFolder(row.id), { recursive: true, force: true })
    }
  }
}

/** The origin of a file, as people and programs see it in the file's attributes. */
function originOf(device: string): string {
  return `spacedrive://${encodeURIComponent(device)}`
}

function noteOfRenamed({ names, target }: Renamed): Transfer['notes'][number] {
  const here = displayName(bytesToName(new Uint8Array(target.subarray(target.lastIndexOf(SLASH) + 1))))
  const path = names.map((name) => displayName(bytesToName(new Uint8Array(name)))).join('/')
  return { path, message: `it was saved as ${here}: its name is taken, too long or not allowed on this disk` }
}

/** A note that counts the changed names which are not listed one by one. */
function noteOfOthers(title: string, count: number): Transfer['notes'] {
  if (count === 0) return []
  const names = count === 1 ? '1 more file or folder has' : `${count} more files and folders have`
  return [{ path: title, message: `${names} another name here, for the same reasons` }]
}

const SLASH = 0x2f

function sizeOf(items: readonly SourceItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}
