import { CoreError, errorMessage } from '../../util/errors.ts'
import type { ContentId, DeviceId, LibraryId, SidecarKind } from '../../domain/index.ts'
import type { EventBus } from '../../events/index.ts'
import { contentUuid } from '../../content/index.ts'
import {
  type PeerSidecars,
  fetchSidecars,
  type Holder,
  type RemoteContent,
  type SidecarKey,
} from '../../sidecars/index.ts'
import type { Logger } from '../../util/logger.ts'
import { blobToUuid } from '../../util/uuid.ts'
import type { Clock } from '../clock.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { Grants } from '../grants/grants.ts'
import type { Membership } from '../membership/index.ts'
import type { Registry } from '../registry/registry.ts'
import type { Transfers } from '../transfer/index.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { ask } from '../wire/rpc.ts'
import { DigestPulls } from './digest-pulls.ts'
import { Fetcher } from './fetcher.ts'
import type { Digest } from './inventory.ts'
import { OwnSidecars } from './own-sidecars.ts'
import { PeerAvailability } from './peer-availability.ts'
import { names, Prefetcher, type PrefetchSettings } from './prefetcher.ts'
import { CADENCE_MS, HEARD_MS, SAVE_MS, SETTLE_MS, sidecars } from './protocol.ts'
import { serveSidecars } from './serve-sidecars.ts'
import type { SidecarLibrary } from './shared-library.ts'
import { Sources } from './sources.ts'
import { heard } from '../../util/heard.ts'

export interface SidecarExchangeDeps {
  readonly peers: Peers
  readonly membership: Membership
  readonly grants: Grants
  readonly registry: Registry
  readonly transfers: Transfers
  readonly db: NetworkDb
  readonly events: EventBus
  readonly clock: Clock
  readonly log: Logger
  /** The open libraries. */
  readonly libraries: () => readonly SidecarLibrary[]
  readonly settings: (library: LibraryId) => PrefetchSettings
  readonly latencyMs: (device: DeviceId) => number | null
}

/**
 * Exchanges sidecars between the members of a library, so that each sidecar is made once. Each member reports its
 * sidecars when it connects, soon after a change, and every five minutes. A sidecar of another member is fetched
 * instead of made again.
 */
export class SidecarExchange implements AsyncDisposable {
  readonly #deps: SidecarExchangeDeps
  readonly #own: OwnSidecars
  readonly #availability: PeerAvailability
  readonly #sources: Sources
  readonly #fetcher: Fetcher
  readonly #prefetcher: Prefetcher
  readonly #pulls: DigestPulls
  /** Libraries with a timer for the next search for sidecars to fetch in advance. */
  readonly #looking = new Map<SidecarLibrary, Disposable>()
  readonly #parts = new DisposableStack()
  readonly #ending = new AbortController()
  #cadence: Disposable | null = null
  #saving: Disposable | null = null

  constructor(deps: SidecarExchangeDeps) {
    const { clock, grants, latencyMs, libraries, log, membership, peers, registry, settings, transfers } = deps
    this.#deps = deps
    const members = (library: SidecarLibrary) => this.#connected(library.id).filter((id) => grants.has(id, 'sidecars'))
    this.#own = new OwnSidecars({
      clock,
      log,
      isHeard: (library) => libraries().includes(library) && members(library).length > 0,
      tell: async (library, signal) => {
        const told = members(library).flatMap((id) => peers.get(id) ?? [])
        const question = { rpc: sidecars, verb: 'changed', input: { library: library.id } } as const
        await Promise.allSettled(told.map((peer) => ask(peer, question, signal)))
      },
    })
    this.#availability = new PeerAvailability(deps.db)
    this.#sources = new Sources({ ticks: () => clock.ticks(), latencyMs })
    this.#fetcher = new Fetcher({
      peers,
      transfers,
      sources: this.#sources,
      clock,
      log,
      lacks: ({ id }, device, key) => this.#availability.lacks(id, device, key),
    })
    this.#prefetcher = new Prefetcher({ settings, clock, log, isOpen: (library) => libraries().includes(library) })
    this.#pulls = new DigestPulls({
      clock,
      log,
      since: (library, { id }) => this.#availability.since(library, id),
      take: (library, peer, digest) => this.#take(library, peer, digest),
    })
    const onChanged = (library: LibraryId, peer: Peer) => void heard(this.#pulls.pull(library, peer))
    this.#parts.use(serveSidecars({ peers, membership, grants, transfers, own: this.#own, libraries, onChanged }))
    this.#parts.use(peers.onConnected((peer) => this.#pullAll(peer)))
    this.#parts.use(
      membership.onChange((library) => {
        for (const device of this.#availability.devices(library))
          if (!membership.isMember(library, device)) this.#availability.forget(device, library)
        for (const peer of peers.connected())
          if (membership.isMember(library, peer.id)) void heard(this.#pulls.pull(library, peer))
      }),
    )
    this.#parts.use(
      registry.onChange(({ device, kind }) => {
        if (kind === 'removed') this.#availability.forget(device.id)
      }),
    )
    this.#hearOfLibraries()
    this.#wait()
  }

  /** The sidecars of a library on other devices; null if no other device is a member. */
  elsewhere(library: LibraryId): PeerSidecars | null {
    if (this.#ending.signal.aborted || this.#deps.membership.membersOf(library).length === 0) return null
    return {
      holders: (key) => this.#holders(library, key),
      holdersOf: (contentId, kind) => this.#holdersOf(library, contentId, kind),
      canFetch: (key) =>
        !names(this.#deps.settings(library).makeHere, key.kind) && this.#known(library, key).length > 0,
      fetch: async (keys, { accepts, asks }, signal) => {
        const folder = this.#deps.libraries().find(({ id }) => id === library)
        if (!folder) return []
        const connected = asks ? this.#connected(library) : []
        const candidates = (key: SidecarKey) => [...new Set([...this.#known(library, key), ...connected])]
        return this.#fetcher.fetch(folder, keys, { accepts, candidates, signal })
      },
      heard: (signal) => this.#pulls.settled(library, HEARD_MS, signal),
      identify: (contentId, signal) => this.#identify(library, contentId, signal),
      fetchAhead: (host) => this.#prefetcher.run(library, host),
    }
  }

  /**
   * The other members that have a variant. Connected members are asked now; for the others, their last report counts.
   */
  async where(
    library: LibraryId,
    { contentId, kind, variant }: Omit<SidecarKey, 'format'>,
    signal: AbortSignal,
  ): Promise<Holder[]> {
    const found = new Map<DeviceId, Holder>()
    for (const holder of this.#holdersOf(library, contentId, kind))
      if (holder.variant === variant) found.set(holder.device.id, holder)
    const items = [{ content: contentId, kind, variant }]
    const peers = this.#connected(library).flatMap((id) => this.#deps.peers.get(id) ?? [])
    await Promise.all(
      peers.map(async (peer) => {
        const answer = await ask(peer, { rpc: sidecars, verb: 'who', input: { library, items } }, signal).catch(
          () => null,
        )
        if (!answer) return
        const size = answer.found[0]?.size
        if (size === undefined) found.delete(peer.id)
        else found.set(peer.id, { device: { id: peer.id, name: peer.name }, online: true, size })
      }),
    )
    signal.throwIfAborted()
    return [...found.values()]
  }

  /** Asks every connected member for its digest; resolves when all have answered or failed. */
  async refresh(): Promise<void> {
    const { libraries, membership, peers } = this.#deps
    for (const library of libraries()) this.#own.changed(library)
    await Promise.all(
      peers
        .connected()
        .flatMap((peer) => membership.sharedWith(peer.id).map((library) => this.#pulls.pull(library, peer))),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#cadence?.[Symbol.dispose]()
    this.#parts.dispose()
    this.#own[Symbol.dispose]()
    await Promise.all([this.#prefetcher[Symbol.asyncDispose](), this.#fetcher[Symbol.asyncDispose]()])
    await this.#pulls[Symbol.asyncDispose]()
    this.#saving?.[Symbol.dispose]()
    this.#save()
  }

  #pullAll(peer: Peer): void {
    for (const library of this.#deps.membership.sharedWith(peer.id)) void heard(this.#pulls.pull(library, peer))
  }

  #take(id: LibraryId, peer: Peer, digest: Digest): void {
    const { clock, libraries, membership } = this.#deps
    const library = libraries().find((each) => each.id === id)
    // The library may have been closed, or the member removed, before the answer came.
    if (!library || !membership.isMember(id, peer.id)) return
    const more = this.#availability.take(id, peer.id, { digest, now: clock.now() })
    this.#saveSoon()
    for (const { bytes, format, kind, variant } of more)
      this.#prefetcher.add({ library, of: { kind, variant, format }, records: bytes })
  }

  #saveSoon(): void {
    this.#saving ??= this.#deps.clock.after(SAVE_MS, () => {
      this.#saving = null
      if (!this.#save()) this.#saveSoon()
    })
  }

  /** Returns false if saving failed, for example on a full disk. */
  #save(): boolean {
    try {
      this.#availability.save()
      return true
    } catch (err) {
      this.#deps.log.warn({ err: errorMessage(err) }, 'cannot store the sidecar lists of other devices')
      return false
    }
  }

  /** Accepts an answer only if the content id is derived from its hash, so no member can give a false identity. */
  async #identify(library: LibraryId, contentId: ContentId, signal: AbortSignal): Promise<RemoteContent | null> {
    const peers = this.#connected(library).flatMap((id) => this.#deps.peers.get(id) ?? [])
    const question = { rpc: sidecars, verb: 'content', input: { library, content: contentId } } as const
    const answers = await Promise.all(peers.map((peer) => ask(peer, question, signal).catch(() => null)))
    signal.throwIfAborted()
    return answers.find((answer) => answer && blobToUuid(contentUuid(answer.hash)) === contentId) ?? null
  }

  #connected(library: LibraryId): DeviceId[] {
    const { membership, peers } = this.#deps
    return peers
      .connected()
      .map(({ id }) => id)
      .filter((id) => membership.isMember(library, id))
  }

  /** The connected members that have reported the sidecar, the best first. */
  #known(library: LibraryId, key: SidecarKey): DeviceId[] {
    const isUseful = (device: DeviceId) =>
      !this.#sources.rests(device) && this.#availability.find(library, device, key) !== null
    return this.#sources.order(this.#connected(library).filter(isUseful))
  }

  #holders(library: LibraryId, key: SidecarKey): Holder[] {
    return this.#holdersOf(library, key.contentId, key.kind)
      .filter(({ format, variant }) => variant === key.variant && format === key.format)
      .map(({ device, online, size }) => ({ device, online, size }))
  }

  #holdersOf(library: LibraryId, contentId: ContentId, kind: SidecarKind) {
    const { membership, peers, registry } = this.#deps
    return membership.membersOf(library).flatMap((id) => {
      const { name } = registry.get(id)!
      const online = peers.get(id) !== null
      return this.#availability
        .variants(library, id, { contentId, kind })
        .map(({ format, size, variant }) => ({ device: { id, name }, online, size, variant, format }))
    })
  }

  #hearOfLibraries(): void {
    const { events, libraries, peers } = this.#deps
    const of = (id: LibraryId | null) => libraries().find((each) => each.id === id)
    this.#parts.use(
      events.subscribe(
        ({ libraryId }) => {
          const library = of(libraryId)
          if (library) this.#own.changed(library)
        },
        { types: ['sidecars.changed'] },
      ),
    )
    // After a job, other devices may have sidecars of the new contents.
    this.#parts.use(
      events.subscribe(
        (event) => {
          const library = of(event.libraryId)
          if (!library || event.type !== 'job.ended') return
          const job = event.data
          if (job.name !== fetchSidecars.name) this.#lookAgain(library)
          // If the library has no other members, no device can send its sidecars.
          else if (job.status === 'cancelled' || !this.elsewhere(library.id)) this.#prefetcher.forget(library.id)
          else if (job.status === 'completed') this.#prefetcher.goOn(library)
        },
        { types: ['job.ended'] },
      ),
    )
    this.#parts.use(
      events.subscribe(
        () => {
          for (const peer of peers.connected()) this.#pullAll(peer)
        },
        { types: ['library.opened'] },
      ),
    )
  }

  /**
   * Searches the reports of connected members for sidecars to fetch in advance. Delayed, so that many calls cause one
   * search.
   */
  #lookAgain(library: SidecarLibrary): void {
    if (this.#looking.has(library)) return
    const look = () => {
      this.#looking.delete(library)
      if (!this.#deps.libraries().includes(library)) return
      for (const device of this.#connected(library.id))
        for (const { bytes, format, kind, variant } of this.#availability.groups(library.id, device))
          this.#prefetcher.add({ library, of: { kind, variant, format }, records: bytes })
    }
    this.#looking.set(library, this.#deps.clock.after(SETTLE_MS, look))
  }

  #wait(): void {
    this.#cadence = this.#deps.clock.after(CADENCE_MS, () => {
      void heard(this.refresh())
      this.#wait()
    })
  }
}
