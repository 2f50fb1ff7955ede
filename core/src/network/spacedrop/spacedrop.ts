import { mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Packr } from 'msgpackr'
import { z } from 'zod'
import type { DeviceId, Offer, OfferState, Transfer } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { baseOf, displayName, nameBytes, parsePath, type RawName } from '../../util/file-name.ts'
import type { Logger } from '../../util/logger.ts'
import { uuidv7 } from '../../util/uuid.ts'
import type { Clock } from '../clock.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { Grants } from '../grants/grants.ts'
import type { Transfers } from '../transfer/index.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { answering, askDevice } from '../wire/rpc.ts'
import { isOpen, type OfferRow, OfferRows } from './offer-rows.ts'
import { MAX_NAME, MAX_NAMES, OFFER_MS, spacedropRpc } from './protocol.ts'

/** Offers of one device that may wait at once, and those it may make in an hour. */
const MAX_WAITING = 16
const MAX_PER_HOUR = 60
const HOUR_MS = 3_600_000
/** Paths of one offer. */
const MAX_PATHS = 1_000
/** How often an offer is told to have moved on, in milliseconds. */
const TELL_MS = 250
/** How long the other device has to hear what came of an offer, in milliseconds; it is told again when it connects. */
const ANSWER_MS = 10_000

const packr = new Packr({ useRecords: false })
const Roots = z.array(
  z.object({
    path: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    name: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
)

export interface SpacedropDeps {
  readonly dataDir: string
  readonly db: NetworkDb
  readonly peers: Peers
  readonly grants: Grants
  readonly transfers: Transfers
  readonly clock: Clock
  readonly log: Logger
  readonly own: () => { readonly id: DeviceId; readonly name: string }
  readonly settings: () => { readonly receive: 'ask' | 'trusted' | 'off'; readonly receiveFolder: string }
  readonly changed: (offer: Offer) => void
}

export interface SendInput {
  readonly device: { readonly id: DeviceId; readonly name: string }
  /** Absolute. */
  readonly paths: readonly string[]
  readonly sender: string | null
}

/**
 * Offers of files between paired devices. What is offered is written down with where it is, and read anew when it is
 * asked for: an offer outlives both programs, and not its time.
 */
export class Spacedrop implements Disposable {
  readonly #deps: SpacedropDeps
  readonly #rows: OfferRows
  readonly #parts = new DisposableStack()
  readonly #expiring = new Map<string, Disposable>()
  /** Of offers of this device whose files are on their way. */
  readonly #sending = new Map<string, AbortController>()
  readonly #lastTold = new Map<string, number>()
  readonly #ending = new AbortController()

  constructor(deps: SpacedropDeps) {
    this.#deps = deps
    this.#rows = new OfferRows(deps.db)
    const { peers, transfers } = deps
    this.#parts.use(
      peers.handle(
        answering(spacedropRpc, {
          offer: async (offer, peer) => ({ state: this.#receive(offer, peer) }),
          answer: async (answer, peer) => this.#hear(answer, peer),
          withdraw: async ({ id }, peer) => this.#withdrawn(id, peer),
        }),
      ),
    )
    this.#parts.use(
      transfers.resolve({
        kind: 'offer',
        spec: z.object({ id: z.uuid() }),
        resolve: async ({ id }, peer) => this.#resolve(id, peer),
      }),
    )
    this.#parts.use(transfers.onChange((transfer) => this.#follow(transfer)))
    this.#parts.use(peers.onConnected((peer) => void this.#tellAll(peer)))
    for (const row of this.#rows.all()) this.#expireInTime(row)
  }

  /** Offers files to a device; somebody there is asked. Throws what a path cannot be read with, what the device refuses it with, and `Offline`. */
  async send({ device, paths, sender }: SendInput, signal: AbortSignal): Promise<Offer> {
    const { clock, peers, transfers } = this.#deps
    const roots = rootsOf(paths)
    const { bytes, files, names } = await transfers.measure(roots)
    const id = uuidv7(clock.now())
    const row: OfferRow = {
      id,
      direction: 'out',
      device: device.id,
      device_name: device.name,
      sender,
      items: files,
      bytes,
      names: JSON.stringify(names.slice(0, MAX_NAMES).map((name) => displayName(name).slice(0, MAX_NAME))),
      roots: packr.pack(roots),
      state: 'waiting',
      transfer: null,
      bytes_done: 0,
      reason: null,
      told: 1,
      created_at: clock.now(),
      expires_at: clock.now() + OFFER_MS,
    }
    // The other side may ask for it before it has answered.
    this.#rows.add(row)
    try {
      const offer = { id, sender, items: files, bytes, names: JSON.parse(row.names) as string[], expiresInMs: OFFER_MS }
      await askDevice(peers, { device: device.id, rpc: spacedropRpc, verb: 'offer', input: offer }, signal)
    } catch (err) {
      this.#set(id, { state: 'failed', reason: errorMessage(err) })
      throw err
    }
    this.#expireInTime(row)
    const sent = this.get(id)
    this.#deps.changed(sent)
    return sent
  }

  /** The newest first: those to this device that wait for an answer, or all there were. */
  list({ all }: { all: boolean }): Offer[] {
    this.#expire()
    const rows = this.#rows.all()
    return rows
      .filter(({ direction, state }) => all || (direction === 'in' && state === 'waiting'))
      .map((row) => this.#show(row))
  }

  /** Throws `NotFound`. */
  get(id: string): Offer {
    this.#expire()
    return this.#show(this.#find(id))
  }

  /**
   * Takes an offer: its files come into `folder`, under names that are free there. Throws `NotFound`, `Conflict` where
   * it waits no more, and what the folder cannot be used with.
   */
  accept(id: string, folder: string | null): Offer {
    this.#expire()
    const row = this.#find(id)
    this.#requireWaiting(row, 'in')
    this.#take(row, folder)
    void this.#tell(this.#rows.get(id)!)
    return this.get(id)
  }

  /** Throws `NotFound`, and `Conflict` where it waits no more. */
  decline(id: string): Offer {
    this.#expire()
    this.#requireWaiting(this.#find(id), 'in')
    this.#set(id, { state: 'declined', told: 0 })
    void this.#tell(this.#rows.get(id)!)
    return this.get(id)
  }

  /** Takes an offer of this device back; one whose files are on their way is ended. Throws `NotFound`, and `Conflict` where it has ended. */
  async withdraw(id: string): Promise<Offer> {
    const row = this.#find(id)
    if (row.direction !== 'out' || !isOpen(row)) throw new CoreError('Conflict', `the offer is ${row.state}`)
    this.#set(id, { state: 'withdrawn', told: 0 })
    await this.#tell(this.#rows.get(id)!)
    return this.get(id)
  }

  [Symbol.dispose](): void {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    for (const timer of this.#expiring.values()) timer[Symbol.dispose]()
    this.#parts.dispose()
  }

  #find(id: string): OfferRow {
    const row = this.#rows.get(id)
    if (row) return row
    throw new CoreError('NotFound', `no offer ${id}; see \`spacedrive network offers list\``)
  }

  #requireWaiting({ direction, state }: OfferRow, wanted: Offer['direction']): void {
    if (direction !== wanted) throw new CoreError('Conflict', 'the offer is one this device has made')
    if (state !== 'waiting') throw new CoreError('Conflict', `the offer waits no more: it is ${state}`)
  }

  #take(row: OfferRow, folder: string | null): void {
    const transfer = this.#deps.transfers.start({
      devices: [row.device],
      kind: 'offer',
      spec: { id: row.id },
      title: titleOf(row),
      folder: this.#folder(folder),
      preserve: true,
    })
    this.#set(row.id, { state: 'accepted', transfer: transfer.id, told: 0 })
  }

  #folder(chosen: string | null): string {
    const { dataDir, settings } = this.#deps
    if (chosen !== null) {
      if (!isAbsolute(chosen)) throw new CoreError('InvalidInput', `${chosen} is no absolute path`)
      mkdirSync(chosen, { recursive: true })
      return chosen
    }
    const { receiveFolder } = settings()
    const usual = join(homedir(), 'Downloads')
    const folder = receiveFolder !== '' ? receiveFolder : isFolder(usual) ? usual : join(dataDir, 'received')
    mkdirSync(folder, { recursive: true })
    return folder
  }

  /** The other device offers something. */
  #receive(
    offer: { id: string; sender: string | null; items: number; bytes: number; names: string[]; expiresInMs: number },
    peer: Peer,
  ): 'waiting' | 'accepted' {
    const { clock, grants, log, settings } = this.#deps
    const { receive } = settings()
    if (receive === 'off') throw new CoreError('NotAuthorised', 'nothing is received there; `network.receive` is off')
    grants.require(peer.id, 'send')
    this.#requireRoom(peer, offer.id)
    const row: OfferRow = {
      id: offer.id,
      direction: 'in',
      device: peer.id,
      device_name: peer.name,
      sender: offer.sender,
      items: offer.items,
      bytes: offer.bytes,
      names: JSON.stringify(offer.names),
      roots: null,
      state: 'waiting',
      transfer: null,
      bytes_done: 0,
      reason: null,
      told: 1,
      created_at: clock.now(),
      expires_at: clock.now() + offer.expiresInMs,
    }
    this.#rows.add(row)
    this.#expireInTime(row)
    log.info({ device: peer.name, items: offer.items, bytes: offer.bytes }, 'files were offered')
    if (receive === 'trusted') {
      try {
        this.#take(row, null)
        this.#set(row.id, { told: 1 })
        return 'accepted'
      } catch (err) {
        // Somebody who chooses another folder can take it.
        log.warn({ err }, `an offer could not be taken by itself: ${errorMessage(err)}`)
      }
    }
    this.#deps.changed(this.#show(this.#rows.get(row.id)!))
    return 'waiting'
  }

  #requireRoom(peer: Peer, id: string): void {
    const { clock } = this.#deps
    this.#expire()
    const rows = this.#rows.all()
    if (rows.some((row) => row.id === id)) throw new CoreError('AlreadyExists', 'this was offered before')
    const from = rows.filter(({ device, direction }) => direction === 'in' && device === peer.id)
    if (from.filter(isOpen).length >= MAX_WAITING)
      throw new CoreError('Conflict', `${MAX_WAITING} offers of yours are not answered there yet`)
    if (from.filter(({ created_at: at }) => at > clock.now() - HOUR_MS).length >= MAX_PER_HOUR)
      throw new CoreError('Conflict', `more than ${MAX_PER_HOUR} offers in an hour; try again later`)
  }

  /** The other device says what came of an offer of this one. */
  #hear(
    { id, reason, state }: { id: string; state: OfferState; reason: string | null },
    peer: Peer,
  ): Record<string, never> {
    const row = this.#rows.get(id)
    if (row?.direction === 'out' && row.device === peer.id && isOpen(row)) {
      const all = state === 'completed' ? { bytes_done: row.bytes } : {}
      this.#set(id, { state, reason, ...all })
    }
    return {}
  }

  #withdrawn(id: string, peer: Peer): Record<string, never> {
    const row = this.#rows.get(id)
    if (row?.direction !== 'in' || row.device !== peer.id || !isOpen(row)) return {}
    this.#set(id, { state: 'withdrawn' })
    if (row.transfer !== null) void this.#deps.transfers.cancel(row.transfer).catch(() => {})
    return {}
  }

  /** The other device comes for what was offered to it, or comes again. */
  #resolve(id: string, peer: Peer) {
    this.#expire()
    const row = this.#rows.get(id)
    if (row?.direction !== 'out' || row.device !== peer.id || !isOpen(row) || !row.roots) {
      throw new CoreError('NotFound', 'this is not offered any more')
    }
    if (row.state === 'waiting') this.#set(id, { state: 'accepted' })
    const sending = this.#sending.get(id) ?? new AbortController()
    this.#sending.set(id, sending)
    return {
      signal: sending.signal,
      roots: Roots.parse(packr.unpack(row.roots)),
      title: titleOf(row),
      onProgress: (bytes: number) => this.#progressed(id, Math.min(bytes, row.bytes)),
    }
  }

  /** A transfer to this device has come further: what it says of an offer. */
  #follow(transfer: Transfer): void {
    if (transfer.direction !== 'in') return
    const row = this.#rows.all().find((each) => each.transfer === transfer.id)
    if (!row || row.state !== 'accepted') return
    if (transfer.state === 'completed' || transfer.state === 'failed' || transfer.state === 'cancelled') {
      const reason =
        transfer.error?.message ?? (transfer.failed > 0 ? `${transfer.failed} files could not be had` : null)
      this.#set(row.id, { state: transfer.state, reason, bytes_done: transfer.bytes.done, told: 0 })
      void this.#tell(this.#rows.get(row.id)!)
    } else this.#progressed(row.id, transfer.bytes.done)
  }

  #progressed(id: string, bytes: number): void {
    const at = this.#deps.clock.ticks()
    if (at - (this.#lastTold.get(id) ?? 0) < TELL_MS) return
    this.#lastTold.set(id, at)
    this.#set(id, { bytes_done: bytes })
  }

  #set(id: string, change: Partial<OfferRow>): void {
    this.#rows.change(id, change)
    const row = this.#rows.get(id)
    if (!row) return
    if (!isOpen(row)) {
      this.#lastTold.delete(id)
      this.#sending.get(id)?.abort()
      this.#sending.delete(id)
      this.#expiring.get(id)?.[Symbol.dispose]()
      this.#expiring.delete(id)
    }
    this.#deps.changed(this.#show(row))
  }

  /** What the other device does not know yet, in whatever state it was left. */
  async #tellAll(peer: Peer): Promise<void> {
    for (const row of this.#rows.all()) if (row.told === 0 && row.device === peer.id) await this.#tell(row)
  }

  async #tell({ device, direction, id, reason, state }: OfferRow): Promise<void> {
    const { log, peers } = this.#deps
    // It is told when it is there again.
    if (!peers.get(device)) return
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(ANSWER_MS)])
    try {
      if (direction === 'out') {
        await askDevice(peers, { device, rpc: spacedropRpc, verb: 'withdraw', input: { id } }, signal)
      } else if (state === 'waiting' || state === 'expired' || state === 'withdrawn') return
      else await askDevice(peers, { device, rpc: spacedropRpc, verb: 'answer', input: { id, state, reason } }, signal)
      // What it became meanwhile is told on its own.
      if (this.#rows.get(id)?.state === state) this.#rows.change(id, { told: 1 })
    } catch (err) {
      if (!this.#ending.signal.aborted) log.info({ err: errorMessage(err) }, 'an answer to an offer was not heard yet')
    }
  }

  /** Offers whose time is over are none any more. */
  #expire(): void {
    const now = this.#deps.clock.now()
    for (const { expires_at: at, id, state } of this.#rows.all()) {
      if (state === 'waiting' && at <= now) this.#set(id, { state: 'expired' })
    }
  }

  #expireInTime({ expires_at: at, id, state }: OfferRow): void {
    if (state !== 'waiting') return
    const { clock } = this.#deps
    this.#expiring.get(id)?.[Symbol.dispose]()
    this.#expiring.set(
      id,
      clock.after(Math.max(0, at - clock.now()) + 1, () => this.#expire()),
    )
  }

  #show(row: OfferRow): Offer {
    const other = { id: row.device, name: row.device_name }
    const own = this.#deps.own()
    const [from, to] = row.direction === 'in' ? [other, own] : [own, other]
    return {
      id: row.id,
      direction: row.direction,
      from: { id: from.id, name: from.name },
      to: { id: to.id, name: to.name },
      sender: row.sender,
      items: row.items,
      bytes: row.bytes,
      names: JSON.parse(row.names) as string[],
      state: row.state,
      transfer: row.transfer,
      bytesDone: row.bytes_done,
      reason: row.reason,
      createdAt: new Date(row.created_at).toISOString(),
      expiresAt: new Date(row.expires_at).toISOString(),
    }
  }
}

function titleOf({ items, names }: OfferRow): string {
  const [first, ...others] = JSON.parse(names) as string[]
  if (others.length === 0) return first ?? 'nothing'
  return `${first} and more: ${items} files`
}

/** Throws `InvalidInput` for paths that are none. Two of one name are told apart by a number. */
function rootsOf(paths: readonly string[]): { path: Uint8Array; name: Uint8Array }[] {
  if (paths.length === 0 || paths.length > MAX_PATHS)
    throw new CoreError('InvalidInput', `an offer is of 1 to ${MAX_PATHS} paths`)
  const used = new Set<string>()
  return paths.map((text) => {
    if (!isAbsolute(text)) throw new CoreError('InvalidInput', `${text} is no absolute path`)
    const path = parsePath(text.length > 1 ? text.replace(/\/+$/, '') : text)
    const name = unusedName(baseOf(path), used)
    return { path: nameBytes(path), name: nameBytes(name) }
  })
}

function unusedName(name: RawName, used: Set<string>): RawName {
  const key = (candidate: RawName) => Buffer.from(nameBytes(candidate)).toString('latin1')
  let free = name
  for (let n = 2; used.has(key(free)); n++) free = `${displayName(name)} (${n})`
  used.add(key(free))
  return free
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
