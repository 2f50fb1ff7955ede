import { realpathSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import type { DeviceId, Offer, OfferState, Transfer } from '../../domain/index.ts'
import { threadDisk } from '../../sources/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { displayName } from '../../util/file-name.ts'
import type { Logger } from '../../util/logger.ts'
import { privateFile, PrivateFiles } from '../../util/private-files.ts'
import { unreachableError } from '../../util/path-error.ts'
import { uuidv7 } from '../../util/uuid.ts'
import type { Clock } from '../clock.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { Grants } from '../grants/grants.ts'
import type { Guest, Nearby } from '../nearby/index.ts'
import { receiveFolder, sharedFolders } from '../receive-folder.ts'
import { type LeftOut, MORE_THAN_OFFERED, type Transfers } from '../transfer/index.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { answering, askDevice } from '../wire/rpc.ts'
import { namesPath, toldSentence } from '../wire/told-error.ts'
import { agreedTo } from './agreed.ts'
import { OfferBook } from './offer-book.ts'
import { isOpen, newOffer, type OfferRow } from './offer-rows.ts'
import { packRoots, rootsOf, unpackRoots } from './offered-paths.ts'
import { type FailedFile, MAX_FAILURES, MAX_NAME, MAX_NAMES, OFFER_MS, spacedropRpc } from './protocol.ts'
import { StrangerDrops } from './stranger-drops.ts'

/** Maximum number of open offers of one device, and of offers that it may make in an hour. */
const MAX_WAITING = 16
const MAX_PER_HOUR = 60
const HOUR_MS = 3_600_000
/**
 * How long the other device may take to receive the outcome of an offer, in milliseconds. Otherwise it is told again
 * when it connects.
 */
const ANSWER_MS = 10_000

const MAY_NOT_SEND = 'this device may not send files any more: it was taken back there'

export interface SpacedropDeps {
  readonly dataDir: string
  readonly db: NetworkDb
  /** Paired devices and guests. */
  readonly peers: Peers
  readonly nearby: Nearby
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
  /** Absolute paths. */
  readonly paths: readonly string[]
  readonly sender: string | null
}

/** `device`: the name of a visible device, or the beginning of its key. */
export type NearbyInput = Omit<SendInput, 'device'> & { readonly device: string }

/**
 * Offers of files between devices: paired ones, and nearby strangers after two people have compared a number. An offer
 * is stored with the paths of its files, and the files are read again when they are requested. It stays valid until
 * its expiry, even if both programs restart.
 */
export class Spacedrop implements Disposable {
  readonly #deps: SpacedropDeps
  readonly #book: OfferBook
  readonly #strangers: StrangerDrops
  readonly #parts = new DisposableStack()
  /** The running sends of offers by this device. */
  readonly #sending = new Map<string, AbortController>()
  readonly #ending = new AbortController()

  constructor(deps: SpacedropDeps) {
    this.#deps = deps
    const { changed, clock, db, log, nearby, own, peers, transfers } = deps
    this.#book = this.#parts.use(
      new OfferBook({
        db,
        clock,
        log,
        own,
        changed,
        comparing: (row) => this.#strangers.comparing(row),
        onEnded: (row) => this.#ended(row),
        folderOf: (row) => this.#folderOf(row),
      }),
    )
    this.#strangers = this.#parts.use(
      new StrangerDrops({
        book: this.#book,
        nearby,
        transfers,
        clock,
        log,
        offer: (row, signal) => this.#offer(row, signal),
      }),
    )
    this.#strangers.endOld()
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
        isForStrangers: true,
        resolve: async ({ id }, peer) => this.#resolve(id, peer),
      }),
    )
    this.#parts.use(transfers.onChange((transfer) => this.#follow(transfer)))
    this.#parts.use(peers.onConnected((peer) => void this.#tellAll(peer)))
    for (const row of this.#book.all())
      if (row.direction === 'in' && row.transfer !== null) transfers.agree(row.transfer, agreedTo(row))
  }

  /**
   * Offers files to a device, where a person is asked. Throws the error if a path cannot be read, the refusal of the
   * device, and `Offline`.
   */
  async send({ device, paths, sender }: SendInput, signal: AbortSignal): Promise<Offer> {
    const draft = await this.#draft(paths, sender, signal)
    const row = draft(device)
    // The other side may request the files before its answer arrives.
    this.#book.add(row)
    try {
      await this.#offer(row, signal)
    } catch (err) {
      this.#book.set(row.id, { state: 'failed', reason: errorMessage(err) })
      throw err
    }
    this.#book.tell(this.#book.find(row.id))
    return this.get(row.id)
  }

  /**
   * The same for a nearby device that is not paired. Resolves when both screens show a number; sending continues after
   * both confirm it. `device`: its name, or the beginning of its key. Throws `NotFound`, `Conflict`, `Offline`, and the
   * refusal of the device.
   */
  async sendNearby({ device, paths, sender }: NearbyInput, signal: AbortSignal): Promise<Offer> {
    // Check the device's name first: counting the files may take long.
    this.#deps.nearby.find(device)
    return this.get(await this.#strangers.meet(device, await this.#draft(paths, sender, signal), signal))
  }

  /**
   * Call it when the user has compared the number of an offer from or to a stranger. Throws `NotFound`, `Conflict`, and
   * `InvalidInput` if the number differs.
   */
  confirm(id: string, number: string): Offer {
    this.#strangers.confirm(id, number)
    return this.get(id)
  }

  /** Called when a stranger wants to send files to this device. */
  guestArrived(guest: Guest): void {
    this.#strangers.arrived(guest)
  }

  guestOver(guest: Guest): void {
    this.#strangers.over(guest)
  }

  /** Whether the id of an offer is new. */
  isNew(id: string): boolean {
    return this.#book.get(id) === null
  }

  /** The name of a device that is known from an offer; null if there is none. */
  nameOf(device: DeviceId): string | null {
    return this.#book.all().find((row) => row.device === device)?.device_name ?? null
  }

  /** The newest first: all offers, or only those to this device that wait for an answer. */
  list({ all }: { all: boolean }): Offer[] {
    const rows = this.#book.all()
    return rows
      .filter(({ direction, state }) => all || (direction === 'in' && (state === 'waiting' || state === 'comparing')))
      .map((row) => this.#book.show(row))
  }

  /** Throws `NotFound`. */
  get(id: string): Offer {
    return this.#book.show(this.#book.find(id))
  }

  /**
   * Accepts an offer: its files go to `folder`, under names that are free there. Throws `NotFound`, `Conflict` if the
   * offer is no longer waiting, and the error if the folder cannot be used.
   */
  accept(id: string, folder: string | null): Offer {
    const row = this.#book.find(id)
    this.#requireWaiting(row, 'in')
    this.#take(row, folder)
    void this.#tell(this.#book.find(id))
    return this.get(id)
  }

  /**
   * Declines an offer, also because the numbers differ. Throws `NotFound`, and `Conflict` if the offer is no longer
   * waiting.
   */
  decline(id: string): Offer {
    const row = this.#book.find(id)
    if (row.state !== 'comparing') this.#requireWaiting(row, 'in')
    this.#book.set(id, { state: 'declined', told: 0 })
    void this.#tell(this.#book.find(id))
    return this.get(id)
  }

  /**
   * Withdraws an offer of this device; a running transfer is ended. Throws `NotFound`, and `Conflict` if the offer has
   * ended.
   */
  async withdraw(id: string): Promise<Offer> {
    const row = this.#book.find(id)
    if (row.direction !== 'out' || !isOpen(row)) throw new CoreError('Conflict', `the offer is ${row.state}`)
    this.#book.set(id, { state: 'withdrawn', told: 0 })
    await this.#tell(this.#book.find(id))
    return this.get(id)
  }

  [Symbol.dispose](): void {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#parts.dispose()
  }

  /** Prepares an offer of the files at some paths, without a receiver. */
  async #draft(paths: readonly string[], sender: string | null, signal: AbortSignal) {
    const { clock, transfers } = this.#deps
    const roots = rootsOf(paths)
    const { bytes, files, leftOut, leftOutCount, names } = await transfers.measure(roots, signal)
    return (device: { id: DeviceId; name: string }) =>
      newOffer({
        id: uuidv7(clock.now()),
        direction: 'out',
        device: device.id,
        device_name: device.name,
        stranger: 0,
        sender,
        items: files,
        bytes,
        names: JSON.stringify(names.slice(0, MAX_NAMES).map((name) => displayName(name).slice(0, MAX_NAME))),
        roots: packRoots(roots),
        reason: reasonLeftOut(leftOut, leftOutCount),
        created_at: clock.now(),
        expires_at: clock.now() + OFFER_MS,
      })
  }

  async #offer({ bytes, device, id, items, names, sender }: OfferRow, signal: AbortSignal): Promise<void> {
    const offer = { id, sender, items, bytes, names: JSON.parse(names) as string[], expiresInMs: OFFER_MS }
    await askDevice(this.#deps.peers, { device, rpc: spacedropRpc, verb: 'offer', input: offer }, signal)
  }

  #requireWaiting({ direction, state }: OfferRow, wanted: Offer['direction']): void {
    if (direction !== wanted)
      throw new CoreError('Conflict', 'this device made the offer itself, so it cannot accept or decline it')
    if (state === 'comparing')
      throw new CoreError('Conflict', 'the numbers on both screens are to be compared first: `network offers confirm`')
    if (state !== 'waiting') throw new CoreError('Conflict', `the offer no longer waits for an answer: it is ${state}`)
  }

  #take(row: OfferRow, folder: string | null): void {
    const transfer = this.#deps.transfers.start({
      devices: [row.device],
      kind: 'offer',
      spec: { id: row.id },
      title: titleOf(row),
      folder: this.#folder(folder),
      // The sender must not decide whether a file can be executed here.
      preserve: 'times',
      agreed: agreedTo(row),
    })
    this.#book.set(row.id, { state: 'accepted', transfer: transfer.id, told: 0 })
  }

  #folder(named: string | null): string {
    if (named !== null && !isAbsolute(named)) throw new CoreError('InvalidInput', `${named} is not an absolute path`)
    const folder = named ?? this.#usualFolder()
    try {
      threadDisk.makeFolders(folder)
    } catch (err) {
      throw unreachableError(err, folder)
    }
    if (named !== null) this.#refusePrivate(named)
    return folder
  }

  #refusePrivate(folder: string): void {
    const { dataDir, settings } = this.#deps
    const shared = () => sharedFolders({ chosen: settings().receiveFolder })
    const reason = new PrivateFiles(dataDir, shared).reasonSync(realpathSync(folder))
    if (reason !== null) throw privateFile(folder, reason)
  }

  /** The folder for files if the user named none. */
  #usualFolder(): string {
    return receiveFolder({ chosen: this.#deps.settings().receiveFolder })
  }

  /** Handles an offer from another device. */
  #receive(
    offer: { id: string; sender: string | null; items: number; bytes: number; names: string[]; expiresInMs: number },
    peer: Peer,
  ): 'waiting' | 'accepted' {
    const { clock, grants, log, settings } = this.#deps
    const { receive } = settings()
    if (receive === 'off')
      throw new CoreError('NotAuthorised', 'the other device receives no files; its setting `network.receive` is off')
    const names = JSON.stringify(offer.names)
    const expires = clock.now() + offer.expiresInMs
    if (peer.isStranger) {
      const { bytes, id, items, sender } = offer
      this.#strangers.offered({ id, sender, items, bytes, names, expires_at: expires }, peer)
      return 'waiting'
    }
    grants.require(peer.id, 'send')
    this.#requireRoom(peer, offer.id)
    const row = newOffer({
      id: offer.id,
      direction: 'in',
      device: peer.id,
      device_name: peer.name,
      stranger: 0,
      sender: offer.sender,
      items: offer.items,
      bytes: offer.bytes,
      names,
      roots: null,
      created_at: clock.now(),
      expires_at: expires,
    })
    this.#book.add(row)
    log.info({ device: peer.name, items: offer.items, bytes: offer.bytes }, 'files were offered')
    if (receive === 'trusted') {
      try {
        this.#take(row, null)
        this.#book.set(row.id, { told: 1 })
        return 'accepted'
      } catch (err) {
        // A person can still accept the offer with another folder.
        log.warn({ err }, `an offer could not be taken by itself: ${errorMessage(err)}`)
      }
    }
    this.#book.tell(this.#book.find(row.id))
    return 'waiting'
  }

  #requireRoom(peer: Peer, id: string): void {
    const { clock } = this.#deps
    const rows = this.#book.all()
    if (rows.some((row) => row.id === id)) throw new CoreError('AlreadyExists', 'this was offered before')
    const from = rows.filter(({ device, direction }) => direction === 'in' && device === peer.id)
    if (from.filter(isOpen).length >= MAX_WAITING)
      throw new CoreError('Conflict', `${MAX_WAITING} of your offers still wait for an answer there; try again later`)
    if (from.filter(({ created_at: at }) => at > clock.now() - HOUR_MS).length >= MAX_PER_HOUR)
      throw new CoreError('Conflict', `more than ${MAX_PER_HOUR} offers in an hour; try again later`)
  }

  /** The other device reports the outcome of an offer. */
  #hear(
    { failures, id, reason, state }: { id: string; state: OfferState; reason: string | null; failures: FailedFile[] },
    peer: Peer,
  ): Record<string, never> {
    const row = this.#book.get(id)
    if (row?.direction === 'out' && row.device === peer.id && isOpen(row)) {
      const all = state === 'completed' && failures.length === 0 && reason === null ? { bytes_done: row.bytes } : {}
      // The other device does not know which files this device has left out.
      this.#book.set(id, { state, reason: reason ?? row.reason, failures: JSON.stringify(failures), ...all })
    }
    return {}
  }

  /** Ends the running transfers of a device that may no longer send files. Both sides see this as the reason. */
  mayNotSend(device: DeviceId): void {
    for (const row of this.#book.all()) {
      if (row.direction !== 'in' || row.device !== device || row.state !== 'accepted' || row.transfer === null) continue
      const message = `${row.device_name} may not send files any more: it was taken back there`
      this.#deps.transfers.deny(row.transfer, new CoreError('NotAuthorised', message))
    }
  }

  #withdrawn(id: string, peer: Peer): Record<string, never> {
    const row = this.#book.get(id)
    if (row?.direction !== 'in' || row.device !== peer.id || !isOpen(row)) return {}
    this.#book.set(id, { state: 'withdrawn' })
    if (row.transfer !== null) void this.#deps.transfers.cancel(row.transfer).catch(() => {})
    return {}
  }

  /** The other device requests the files of an offer, for the first time or again. */
  #resolve(id: string, peer: Peer) {
    const row = this.#book.get(id)
    if (row?.direction !== 'out' || row.device !== peer.id || !isOpen(row) || !row.roots) {
      throw new CoreError('NotFound', 'this offer no longer exists')
    }
    if (row.state === 'waiting') this.#book.set(id, { state: 'accepted' })
    const sending = this.#sending.get(id) ?? new AbortController()
    this.#sending.set(id, sending)
    return {
      signal: sending.signal,
      roots: unpackRoots(row.roots),
      title: titleOf(row),
      onProgress: (bytes: number) => this.#book.progressed(id, Math.min(bytes, row.bytes)),
    }
  }

  /** Updates the offer of a transfer to this device. */
  #follow(transfer: Transfer): void {
    if (transfer.direction !== 'in') return
    const row = this.#book.all().find((each) => each.transfer === transfer.id)
    if (!row || row.state !== 'accepted') return
    if (transfer.state === 'completed' || transfer.state === 'failed' || transfer.state === 'cancelled') {
      const { error, failed, failures } = transfer
      const missing = failed === 1 ? '1 file did not arrive' : `${failed} files did not arrive`
      this.#book.set(row.id, {
        state: transfer.state,
        reason: error?.message ?? (failed > 0 ? missing : null),
        failures: JSON.stringify(failures.slice(0, MAX_FAILURES)),
        bytes_done: transfer.bytes.done,
        told: 0,
      })
      void this.#tell(this.#book.find(row.id))
    } else this.#book.progressed(row.id, transfer.bytes.done)
  }

  /**
   * The folder for the files of an offer to this device. If the offer is open, the folder that would be used if a
   * person accepts it without naming one.
   */
  #folderOf({ direction, state, transfer }: OfferRow): string | null {
    if (direction === 'out') return null
    if (transfer !== null) return this.#deps.transfers.folderOf(transfer)
    return state === 'waiting' || state === 'comparing' ? this.#usualFolder() : null
  }

  #ended({ device, id, stranger }: OfferRow): void {
    this.#sending.get(id)?.abort()
    this.#sending.delete(id)
    if (stranger) this.#strangers.leave(device)
  }

  /** The answer to an offer as the sender sees it: without paths and free space of this device. */
  #outcomeFor({ failures, reason, transfer }: OfferRow): { reason: string | null; failures: FailedFile[] } {
    const error = transfer === null ? null : this.#deps.transfers.errorOf(transfer)
    const told = reason === null || !namesPath(reason) ? reason : toldSentence('Internal')
    return {
      reason: error ? sentenceFor(error) : told,
      failures: (JSON.parse(failures) as FailedFile[]).map((each) => ({ ...each, message: toldSentence(each.code) })),
    }
  }

  /** Sends all outcomes that the other device has not been told yet. */
  async #tellAll(peer: Peer): Promise<void> {
    for (const row of this.#book.all()) if (row.told === 0 && row.device === peer.id) await this.#tell(row)
  }

  async #tell(row: OfferRow): Promise<void> {
    const { log, peers } = this.#deps
    const { device, direction, id, state } = row
    // If the device is not connected, it is told when it connects again.
    if (!peers.get(device)) return
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(ANSWER_MS)])
    try {
      if (direction === 'out') {
        await askDevice(peers, { device, rpc: spacedropRpc, verb: 'withdraw', input: { id } }, signal)
      } else if (state === 'comparing' || state === 'waiting' || state === 'expired' || state === 'withdrawn') return
      else
        await askDevice(
          peers,
          { device, rpc: spacedropRpc, verb: 'answer', input: { id, state, ...this.#outcomeFor(row) } },
          signal,
        )
      // If the state has changed in the meantime, the new state is sent separately.
      this.#book.told(row)
    } catch (err) {
      if (!this.#ending.signal.aborted) log.info({ err: errorMessage(err) }, 'an answer to an offer was not heard yet')
    }
  }
}

/** The reason of a failed transfer as the sender sees it. */
function sentenceFor({ code, message }: NonNullable<Transfer['error']>): string {
  if (message.startsWith(MORE_THAN_OFFERED)) return MORE_THAN_OFFERED
  return code === 'NotAuthorised' ? MAY_NOT_SEND : toldSentence(code)
}

/** Tells the sender which files are not sent; null if all are sent. */
function reasonLeftOut([first]: readonly LeftOut[], count: number): string | null {
  if (!first) return null
  const path = first.names.map((name) => displayName(name)).join('/')
  const others = count > 1 ? `, and ${count - 1} more` : ''
  return `${path} is left out: ${first.reason}${others}`
}

function titleOf({ items, names }: OfferRow): string {
  const [first, ...others] = JSON.parse(names) as string[]
  if (others.length === 0) return first ?? 'nothing'
  return `${first} and more: ${items} files`
}
