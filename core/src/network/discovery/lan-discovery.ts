import type { PeerKey } from '../../domain/index.ts'
import type { Clock } from '../clock.ts'
import { type Advert, believable, MAX_ADDRESSES, MAX_IDS, readAdvert, writeAdvert } from './advert.ts'
import { codeId, pairedId, SLOT_TOLERANCE, slotAt } from './blinded-id.ts'
import type { Heard, LanChannel } from './lan-channel.ts'

/** How often a device announces itself without being asked, in milliseconds. */
const TELL_MS = 60_000
/** Least time between two answers, in milliseconds. However many devices ask, the network is not flooded. */
const ANSWER_MS = 250
/** How often to ask again for a device with a pairing code that has not been found, in milliseconds. */
const ASK_MS = 1_000
/** How often unchanged addresses of a paired device are reported to the engine, in milliseconds. */
const REPEAT_MS = 10_000
/** Maximum number of visible strangers that are remembered. A new one replaces the oldest. */
const MAX_STRANGERS = 64
/** Least time between two reports of the list of strangers, in milliseconds, however often it changes. */
const STRANGERS_MS = 1_000
/** How long a stranger is remembered after it was last heard, in milliseconds. */
const STRANGER_MS = 3 * 60_000

/** A paired device to look for. */
export interface Sought {
  readonly key: PeerKey
  /** 32 bytes that the two devices exchanged when they were paired. */
  readonly secret: Uint8Array
}

/** A visible device on the local network that is not paired. */
export interface Stranger {
  readonly key: PeerKey
  /** The name that the device gives itself. */
  readonly name: string
  readonly addresses: readonly string[]
  /** Milliseconds since 1970. */
  readonly heardAt: number
}

export interface LanDiscoveryDeps {
  readonly channel: LanChannel
  readonly clock: Clock
  /** The key of this device, and the addresses of its endpoint. */
  readonly own: () => { readonly key: PeerKey; readonly addresses: readonly string[] }
  /** The devices to look for, which may also find this device. */
  readonly paired: () => readonly Sought[]
  /**
   * Called when a paired device announces its addresses. This is only a hint: the device that answers there must prove
   * its key.
   */
  readonly onFound: (key: PeerKey, addresses: readonly string[]) => void
  /**
   * Called when another machine announces itself as this device. This is only a hint, because any device can repeat a
   * packet.
   */
  readonly onOwnId: (addresses: readonly string[]) => void
  /** What strangers see of this device: a separate key, a name and addresses. Null if they see nothing. */
  readonly visible: () => Omit<Stranger, 'heardAt'> | null
  /** Called when a visible device has come or gone. */
  readonly onStrangers: () => void
}

/**
 * Finds paired devices, and devices with a pairing code, on the local network. No other device can find this one,
 * unless it is visible.
 */
export class LanDiscovery implements AsyncDisposable {
  readonly #deps: LanDiscoveryDeps
  readonly #announced = new Set<{ secret: Uint8Array; addresses: () => readonly string[] }>()
  readonly #sought = new Set<{ secret: Uint8Array; onFound: (addresses: readonly string[]) => void }>()
  readonly #strangers = new Map<PeerKey, Stranger>()
  readonly #lastFound = new Map<PeerKey, { addresses: string; at: number }>()
  #known: { slot: number; byId: ReadonlyMap<string, PeerKey> } | null = null
  #toldAt = -Infinity
  #answering: Disposable | null = null
  /** The last reported list of strangers, and when the list was last compared. */
  #toldStrangers: { readonly list: string; readonly at: number } = { list: '', at: -Infinity }
  #tellingStrangers: Disposable | null = null
  readonly #timers = new Set<Disposable>()
  #isClosed = false

  constructor(deps: LanDiscoveryDeps) {
    this.#deps = deps
    deps.channel.listen({
      heard: (heard) => this.#hear(heard),
      asked: () => this.#answer(),
      changed: () => this.look(),
    })
    this.look()
    this.#every(TELL_MS, () => this.#tell())
  }

  /**
   * Announces this device, and asks for others. Call it again after the paired devices or the addresses have changed.
   */
  look(): void {
    this.#known = null
    this.#tell()
    this.#deps.channel.ask()
  }

  announceCode(secret: Uint8Array, addresses: () => readonly string[]): Disposable {
    const announced = { secret, addresses }
    this.#announced.add(announced)
    this.#tell()
    return { [Symbol.dispose]: () => void this.#announced.delete(announced) }
  }

  findCode(secret: Uint8Array, onFound: (addresses: readonly string[]) => void): Disposable {
    const sought = { secret, onFound }
    this.#sought.add(sought)
    this.#deps.channel.ask()
    const asking = this.#every(ASK_MS, () => this.#deps.channel.ask())
    return {
      [Symbol.dispose]: () => {
        this.#sought.delete(sought)
        asking[Symbol.dispose]()
      },
    }
  }

  /** Visible devices; the one heard last is first. */
  strangers(): readonly Stranger[] {
    const since = this.#deps.clock.now() - STRANGER_MS
    for (const [key, { heardAt }] of this.#strangers) if (heardAt < since) this.#strangers.delete(key)
    return [...this.#strangers.values()].toReversed()
  }

  /** Tells the local network that the device with this key is no longer visible. */
  leave(key: PeerKey): void {
    if (!this.#isClosed) this.#deps.channel.tell([writeAdvert({ kind: 'gone', key })])
  }

  /** Milliseconds since a paired device was last heard; null: never since networking started. */
  heardAgoMs(key: PeerKey): number | null {
    const last = this.#lastFound.get(key)
    return last ? this.#deps.clock.ticks() - last.at : null
  }

  /** The reason why devices on the network may not be found; null: no known problem. */
  problem(): string | null {
    return this.#deps.channel.problem()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers) timer[Symbol.dispose]()
    await this.#deps.channel[Symbol.asyncDispose]()
  }

  /** Answers a question at once, but at most once in `ANSWER_MS`. */
  #answer(): void {
    if (this.#answering) return
    const wait = this.#toldAt + ANSWER_MS - this.#deps.clock.ticks()
    if (wait <= 0) {
      this.#tell()
      return
    }
    this.#answering = this.#after(wait, () => {
      this.#answering = null
      this.#tell()
    })
  }

  #tell(): void {
    if (this.#isClosed) return
    this.#toldAt = this.#deps.clock.ticks()
    this.#deps.channel.tell(this.#adverts().map(writeAdvert))
  }

  #adverts(): Advert[] {
    const { own, paired, visible } = this.#deps
    const { addresses: all, key } = own()
    const addresses = all.slice(0, MAX_ADDRESSES)
    const slot = this.#slot()
    const ids = paired().map(({ secret }) => pairedId(secret, { key, slot }))
    const adverts: Advert[] = []
    for (let at = 0; at < ids.length; at += MAX_IDS) {
      adverts.push({ kind: 'paired', slot, ids: ids.slice(at, at + MAX_IDS), addresses })
    }
    for (const { addresses: where, secret } of this.#announced) {
      adverts.push({ kind: 'code', slot, ids: [codeId(secret, slot)], addresses: where().slice(0, MAX_ADDRESSES) })
    }
    const shown = visible()
    if (shown) adverts.push({ kind: 'visible', ...shown, addresses: shown.addresses.slice(0, MAX_ADDRESSES) })
    return adverts
  }

  #hear({ source, texts }: Heard): void {
    const advert = readAdvert(texts)
    if (!advert || this.#isClosed) return
    if (advert.kind === 'gone') return this.#forget(advert.key)
    const addresses = believable(advert.addresses, source)
    if (addresses.length === 0) return
    if (advert.kind === 'visible') this.#hearStranger(advert, addresses)
    else if (advert.kind === 'code') this.#hearCode(advert, addresses)
    else for (const id of advert.ids) this.#hearPaired(id, addresses)
  }

  #hearPaired(id: string, addresses: readonly string[]): void {
    const key = this.#keysById().get(id)
    if (key === undefined) return
    const own = this.#deps.own()
    if (key === own.key) {
      // A device also hears its own packets.
      if (!addresses.some((address) => own.addresses.includes(address))) this.#deps.onOwnId(addresses)
      return
    }
    const now = this.#deps.clock.ticks()
    const last = this.#lastFound.get(key)
    if (last?.addresses === addresses.join() && now - last.at < REPEAT_MS) return
    this.#lastFound.set(key, { addresses: addresses.join(), at: now })
    this.#deps.onFound(key, addresses)
  }

  /**
   * Accepts an id of any time slot: a code is valid only for minutes, and devices with wrong clocks must be able to
   * pair.
   */
  #hearCode({ ids, slot }: { ids: readonly string[]; slot: number }, addresses: readonly string[]): void {
    for (const { onFound, secret } of this.#sought) if (ids.includes(codeId(secret, slot))) onFound(addresses)
  }

  #hearStranger({ key, name }: { key: PeerKey; name: string }, addresses: readonly string[]): void {
    if (key === this.#deps.visible()?.key) return
    this.#strangers.delete(key)
    this.#strangers.set(key, { key, name, addresses, heardAt: this.#deps.clock.now() })
    const [oldest] = this.#strangers.keys()
    if (this.#strangers.size > MAX_STRANGERS) this.#strangers.delete(oldest!)
    this.#strangersChanged()
  }

  /**
   * Forgets a device that said it is no longer visible. If that packet was forged, the device is heard again within a
   * minute.
   */
  #forget(key: PeerKey): void {
    if (this.#strangers.delete(key)) this.#strangersChanged()
  }

  /** Reports the visible devices, at most once in `STRANGERS_MS`, because any device can send any number of adverts. */
  #strangersChanged(): void {
    if (this.#tellingStrangers) return
    const wait = this.#toldStrangers.at + STRANGERS_MS - this.#deps.clock.ticks()
    if (wait <= 0) return this.#tellStrangers()
    this.#tellingStrangers = this.#after(wait, () => {
      this.#tellingStrangers = null
      this.#tellStrangers()
    })
  }

  #tellStrangers(): void {
    // Compares without the times when devices were last heard, because these change constantly.
    const list = this.strangers()
      .map(({ key, name }) => `${key} ${name}`)
      .toSorted()
      .join()
    const isOther = list !== this.#toldStrangers.list
    this.#toldStrangers = { list, at: this.#deps.clock.ticks() }
    if (isOther) this.#deps.onStrangers()
  }

  /** The ids by which paired devices may be heard now, each with its key. */
  #keysById(): ReadonlyMap<string, PeerKey> {
    const slot = this.#slot()
    if (this.#known?.slot !== slot) {
      const slots = Array.from({ length: 2 * SLOT_TOLERANCE + 1 }, (_, at) => slot - SLOT_TOLERANCE + at)
      const own = this.#deps.own().key
      const pairs = this.#deps
        .paired()
        .flatMap(({ key, secret }) =>
          [key, own].flatMap((who) => slots.map((each) => [pairedId(secret, { key: who, slot: each }), who] as const)),
        )
      this.#known = { slot, byId: new Map(pairs) }
    }
    return this.#known.byId
  }

  #slot(): number {
    return slotAt(this.#deps.clock.now())
  }

  #every(ms: number, run: () => void): Disposable {
    const next = (): Disposable =>
      this.#after(ms, () => {
        timer = next()
        run()
      })
    let timer = next()
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
  }

  #after(ms: number, run: () => void): Disposable {
    const timer = this.#deps.clock.after(ms, () => {
      this.#timers.delete(timer)
      run()
    })
    this.#timers.add(timer)
    return {
      [Symbol.dispose]: () => {
        this.#timers.delete(timer)
        timer[Symbol.dispose]()
      },
    }
  }
}
