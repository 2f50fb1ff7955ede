import type { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { Lease } from '../../util/lease.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { Registry } from '../registry/registry.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { answering, ask, askDevice } from '../wire/rpc.ts'
import { type Invitation, Invitations } from './invitations.ts'
import { MemberList } from './member-list.ts'
import { readMembers, writeMembers } from './members-file.ts'
import { membership as rpc } from './protocol.ts'
import { signedBytes, type Unsigned } from './statement.ts'
import { shellWord } from '../../util/shell-word.ts'

/** The parts of an open library that membership needs. */
export interface SharedFolder {
  readonly id: LibraryId
  readonly name: string
  readonly path: string
  readonly readOnly: boolean
  readonly manifest: { readonly description: string; readonly createdAt: string }
}

export interface MembershipDeps {
  readonly peers: Peers
  readonly registry: Registry
  readonly db: NetworkDb
  readonly clock: Clock
  readonly log: Logger
  readonly own: () => { readonly id: DeviceId; readonly name: string; readonly key: PeerKey | null }
  /** Signs as this device. Creates the key if there is none. Throws `Offline` while the key is locked. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** The open libraries. */
  readonly libraries: () => readonly SharedFolder[]
  /** Makes a library with this id, or opens the existing one. */
  readonly adopt: (library: AdoptedLibrary) => Promise<SharedFolder>
  /** Whether this device joins libraries that a paired device shares without asking the user. */
  readonly joinsAtOnce: () => boolean
  readonly onInvited: (invitation: Invitation) => void
  /** Where member lists are stored; by default in the folders of libraries. */
  readonly lists?: KeptLists
}

export interface KeptLists {
  read(folder: SharedFolder): MemberList | null
  write(folder: SharedFolder, list: MemberList): Promise<void>
}

export interface AdoptedLibrary {
  readonly id: LibraryId
  readonly name: string
  readonly description: string
  readonly createdAt: string
}

/** A member, as users see it. */
export interface ShownMember {
  /** Identifies the member. Its id and its name are claims of the member that added it. */
  readonly key: PeerKey
  readonly device: { readonly id: DeviceId; readonly name: string }
  readonly isOwn: boolean
  /** Whether the member is paired with this device. Other members are known only through the paired ones. */
  readonly isPaired: boolean
  readonly isConnected: boolean
  /** Milliseconds since 1970. */
  readonly since: number
}

/** Delay before a failed exchange with a connected device is retried, in milliseconds. */
export const RETRY_MS = 5_000

/**
 * The running exchange with a device; there is at most one. `again`: something changed during it, so another exchange
 * follows.
 */
interface Exchange {
  again: boolean
}

/**
 * Manages which paired devices share which libraries. A person shares a library here, and a person there joins it. From
 * then on both devices keep the list of members, and so does every later member. A device that is not a member learns
 * nothing about the library.
 */
export class Membership implements Disposable {
  readonly #deps: MembershipDeps
  readonly #invitations: Invitations
  readonly #kept: KeptLists
  readonly #lists = new WeakMap<SharedFolder, { list: MemberList | null }>()
  readonly #turns = new Lease()
  readonly #exchanges = new Map<DeviceId, Exchange>()
  /** Keys of devices that this device is asking to let it join, one entry for each request. */
  readonly #joining: PeerKey[] = []
  readonly #listeners = new Set<(library: LibraryId) => void>()
  readonly #parts = new DisposableStack()
  readonly #ending = new AbortController()

  constructor(deps: MembershipDeps) {
    this.#deps = deps
    const { clock, log } = deps
    this.#kept = deps.lists ?? {
      read: (folder) => readMembers(folder, { log, now: () => clock.now() }),
      write: ({ path }, list) => writeMembers(path, list),
    }
    this.#invitations = new Invitations({ db: deps.db, now: () => deps.clock.now() })
    this.#parts.use(
      deps.peers.handle(
        answering(rpc, {
          invite: async ({ library, name }, { id }) => (this.#invited({ device: id, library, name }), {}),
          withdraw: async ({ library }, { id }) => (this.#invitations.forget(id, library), {}),
          join: ({ library }, peer) => this.#letIn(library, peer),
          pull: async ({ digest, library }, { key }) => {
            const list = this.#knownTo(library, key)
            return { statements: list.digest === digest ? [] : [...list.visibleTo(key)] }
          },
          push: async ({ library, statements }, { key }) => {
            this.#knownTo(library, key)
            await this.#merge(library, statements, key)
            return {}
          },
        }),
      ),
    )
    this.#parts.use(deps.peers.onConnected((peer) => this.#exchange(peer)))
  }

  /** Whether both this device and another one that is paired with it are members of an open library. */
  isMember(library: LibraryId, device: DeviceId): boolean {
    const { own, registry } = this.#deps
    const known = registry.get(device)
    const list = this.#list(library)
    const { key } = own()
    return known !== null && !known.blocked && key !== null && !!list?.has(key) && list.has(known.key)
  }

  /** The open libraries that both devices are members of. */
  sharedWith(device: DeviceId): LibraryId[] {
    return this.#deps
      .libraries()
      .map(({ id }) => id)
      .filter((id) => this.isMember(id, device))
  }

  /** The paired devices that are members of a library, whether they are connected or not. */
  membersOf(library: LibraryId): DeviceId[] {
    return this.#deps.registry
      .list()
      .map(({ id }) => id)
      .filter((id) => this.isMember(library, id))
  }

  /** Sorted by the time they joined; empty if the library is not shared. */
  members(library: LibraryId): ShownMember[] {
    const { own, peers, registry } = this.#deps
    return (this.#list(library)?.members ?? []).map(({ device, key, name, since }) => {
      const paired = registry.byKey(key)
      return {
        key,
        device: { id: device, name: paired?.name ?? name },
        isOwn: key === own().key,
        isPaired: paired !== null,
        isConnected: peers.get(device)?.key === key,
        since,
      }
    })
  }

  /** Open libraries that were offered to other devices and have not been joined there yet. */
  sentInvitations(): Invitation[] {
    const names = new Map(this.#deps.libraries().map(({ id, name }) => [id, name]))
    return this.#invitations.offers().flatMap((offer) => {
      const name = names.get(offer.library)
      return name === undefined ? [] : [{ ...offer, name }]
    })
  }

  /** The libraries that this device may join. */
  invitations(): Invitation[] {
    return this.#invitations.all()
  }

  /**
   * Declines the offer of a device to share a library, given by name or id. Throws `NotFound` if there is no such
   * offer.
   */
  decline({ id, name }: PairedDevice, library: string): Invitation {
    const found = this.#invitations
      .all()
      .find((each) => each.device === id && (each.library === library || each.name === library))
    if (!found) throw new CoreError('NotFound', `${name} shares no library ${JSON.stringify(library)} with this device`)
    this.#invitations.forget(id, found.library)
    return found
  }

  /**
   * Lets a paired device join a library. The device is told now, or when it connects. Throws `PermissionDenied` for a
   * library that is open read-only, and `NotAuthorised` if this device has left the library or was removed, or if the
   * other device was removed and this device may not add it again.
   */
  async share(library: LibraryId, device: PairedDevice): Promise<void> {
    const folder = this.#folder(library)
    await this.#change(folder, async (list, key) => {
      const founded =
        list ?? (await this.#signed(new MemberList({ library, root: key, statements: [] }), { kind: 'add' }))
      if (!founded.has(key)) {
        if (founded.root === key) return this.#signed(founded, { kind: 'add' })
        throw new CoreError(
          'NotAuthorised',
          `this device is not a member of ${folder.name}; run \`spacedrive library join <device> ${shellWord(folder.name)}\` first`,
        )
      }
      if (!founded.has(device.key)) requireMayAdd(founded, { by: key, folder, device })
      return founded
    })
    if (!this.isMember(library, device.id)) this.#invitations.offer(library, device.id)
    const peer = this.#deps.peers.get(device.id)
    if (peer) this.#exchange(peer)
  }

  /**
   * Joins a library that a paired device shares, given by name or id. The library gets the same id and name here.
   * Throws `NotFound` if it is not shared with this device, `AlreadyExists` if another library has its name and no
   * `name` is given, `Conflict` if there is a library with its id that others share, and the errors of `Peers.reach`.
   */
  async join(
    { device, library, name }: { device: DeviceId; library: string; name?: string | undefined },
    signal: AbortSignal,
  ): Promise<SharedFolder> {
    using _joining = this.#joinsFrom(device)
    const joined = await askDevice(this.#deps.peers, { device, rpc, verb: 'join', input: { library } }, signal)
    const theirs = new MemberList({ library: joined.id, root: joined.root, statements: [] }).with(joined.statements)
    const { key } = this.#deps.own()
    const from = this.#deps.registry.get(device)
    if (key === null || !from || !theirs.has(key) || !theirs.has(from.key))
      throw new CoreError('InvalidInput', 'the other device sent a list of members in which the two are not')
    const folder = await this.#deps.adopt({
      id: joined.id,
      name: name ?? joined.name,
      description: joined.description,
      createdAt: joined.createdAt,
    })
    await this.#change(folder, async (list) => {
      if (list && list.root === theirs.root) return list.with(theirs.statements)
      if (list?.members.some((member) => member.key !== key))
        throw new CoreError(
          'Conflict',
          `this device shares ${folder.name} with other devices; run \`spacedrive library leave ${shellWord(folder.name)}\` first`,
        )
      return theirs
    })
    this.#invitations.forget(device, joined.id)
    return folder
  }

  /**
   * Leaves a library immediately; the other members are told when they connect. The library itself stays. Throws
   * `NotFound`.
   */
  async leave(library: LibraryId): Promise<void> {
    const folder = this.#folder(library)
    await this.#change(folder, async (list, key) => {
      if (!list?.has(key)) throw new CoreError('NotFound', `${folder.name} is not shared with any device`)
      return this.#signed(list, { kind: 'leave' })
    })
  }

  /**
   * Removes the members that have one of these keys, or withdraws the offer to a device. Several members may claim to
   * be the same device; the paired one is removed first. Throws `NotFound` if there is neither a member nor an offer.
   * Throws `Conflict` if the only such member is the device that shared the library first, or if this device cannot
   * remove all of them; it then removes those that it can.
   */
  async remove(
    library: LibraryId,
    device: { readonly id: DeviceId; readonly name: string },
    keys: readonly PeerKey[],
  ): Promise<void> {
    const folder = this.#folder(library)
    const wasOffered = this.#invitations.takeBack(library, device.id)
    const peer = this.#deps.peers.get(device.id)
    if (wasOffered && peer)
      void ask(peer, { rpc, verb: 'withdraw', input: { library } }, this.#ending.signal).catch(() => {})
    let unsigned = null as CoreError | null
    await this.#change(folder, async (list, key) => {
      const members = list?.members.filter((each) => keys.includes(each.key)) ?? []
      if (!list || members.length === 0) {
        if (wasOffered) return list
        throw new CoreError('NotFound', `${device.name} is not a member of ${folder.name}`)
      }
      if (!list.has(key)) throw new CoreError('NotAuthorised', `this device is not a member of ${folder.name}`)
      const removed = members.filter((member) => member.key !== list.root)
      if (removed.length === 0)
        throw new CoreError(
          'Conflict',
          `${device.name} was the first to share ${folder.name}, so other members cannot remove it`,
        )
      const isPaired = (each: { readonly key: PeerKey }) => this.#deps.registry.byKey(each.key) !== null
      let left = list
      try {
        for (const of of removed.toSorted((a, b) => Number(isPaired(b)) - Number(isPaired(a))))
          left = await this.#signed(left, { kind: 'remove', of })
      } catch (err) {
        // This device may make no more changes to the list. The removals that are already signed are kept.
        if (!(err instanceof CoreError && err.code === 'Conflict')) throw err
        unsigned = err
      }
      return left
    })
    if (unsigned) throw unsigned
  }

  /** Called with a library after its members have changed. */
  onChange(listener: (library: LibraryId) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  [Symbol.dispose](): void {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#parts.dispose()
  }

  #folder(library: LibraryId): SharedFolder {
    const folder = this.#deps.libraries().find(({ id }) => id === library)
    if (!folder) throw new CoreError('NotFound', `no library ${library} is open`)
    return folder
  }

  #list(library: LibraryId): MemberList | null {
    const folder = this.#deps.libraries().find(({ id }) => id === library)
    return folder ? this.#listOf(folder) : null
  }

  #listOf(folder: SharedFolder): MemberList | null {
    const known = this.#lists.get(folder)
    if (known) return known.list
    let list: MemberList | null = null
    try {
      list = this.#kept.read(folder)
    } catch (err) {
      this.#deps.log.error(
        { library: folder.name, err: errorMessage(err) },
        'a library is not shared with any device now',
      )
    }
    this.#lists.set(folder, { list })
    return list
  }

  /**
   * The list of a library, for a present or former member. For any other device, throws the same `NotFound` as for a
   * missing library, so that it does not learn whether the library exists.
   */
  #knownTo(library: LibraryId, key: PeerKey): MemberList {
    const list = this.#list(library)
    if (!list?.knows(key)) throw new CoreError('NotFound', 'the other device does not share this library with you')
    return list
  }

  #invited(invitation: Omit<Invitation, 'at'>): void {
    const { clock, joinsAtOnce, log, onInvited } = this.#deps
    if (this.isMember(invitation.library, invitation.device)) return
    const isNew = this.#invitations.receive(invitation)
    if (isNew) onInvited({ ...invitation, at: clock.now() })
    if (!joinsAtOnce()) return
    void this.join(invitation, this.#ending.signal).catch((err: unknown) => {
      log.warn({ library: invitation.name, err: errorMessage(err) }, 'a shared library was not joined')
    })
  }

  async #letIn(reference: string, { id, key, name }: Peer) {
    const offered = new Set(this.#invitations.offeredTo(id))
    const folder = this.#deps
      .libraries()
      .find(
        (each) =>
          (each.id === reference || each.name === reference) && (offered.has(each.id) || this.isMember(each.id, id)),
      )
    if (!folder) throw new CoreError('NotFound', `no library ${JSON.stringify(reference)} is shared with you there`)
    await this.#change(folder, async (list, own) => {
      if (!list || list.has(key)) return list
      // The offer may have been withdrawn in the meantime.
      if (!this.#invitations.offeredTo(id).includes(folder.id))
        throw new CoreError('NotFound', `no library ${JSON.stringify(reference)} is shared with you there`)
      requireMayAdd(list, { by: own, folder, device: { key, name } })
      return this.#signed(list, { kind: 'add', of: { device: id, key, name } })
    })
    this.#invitations.takeBack(folder.id, id)
    const { root, statements } = this.#listOf(folder)!
    return {
      id: folder.id,
      name: folder.name,
      description: folder.manifest.description,
      createdAt: folder.manifest.createdAt,
      root,
      statements: [...statements],
    }
  }

  /**
   * Adds a statement of this device to the list. Without `of`, the statement is about this device itself. If a member
   * states the opposite with a higher counter, further statements are added until one takes effect. Throws `Conflict`
   * if the quota of this device is used up.
   */
  async #signed(
    list: MemberList,
    { kind, of }: { kind: Unsigned['kind']; of?: Pick<Unsigned, 'device' | 'key' | 'name'> },
  ): Promise<MemberList> {
    const { clock, own, sign } = this.#deps
    const { id, key, name } = own()
    if (key === null)
      throw new CoreError('Offline', 'this device has no key yet; run `spacedrive network start` to create it')
    const about = of ?? { device: id, key, name }
    const { device, key: subject, name: called } = about
    const said = { kind, device, key: subject, name: called, by: key, at: clock.now() }
    let signed = list
    for (let next = list.next(said); next; next = signed.next(said, next)) {
      const signature = Buffer.from(await sign(signedBytes(next))).toString('hex')
      signed = signed.with([{ ...next, signature }])
      if (signed.has(subject) === (kind === 'add')) return signed
    }
    throw new CoreError(
      'Conflict',
      `${name} has made the maximum number of changes to the list of members; change the members on another device`,
    )
  }

  /**
   * Adds the statements that a device sent. A former member cannot add any, unless one of them adds it again. The
   * author of that statement must be paired with this device, because a former member may have added invented devices.
   * If this device has left, it is a member again only when it joins.
   */
  async #merge(library: LibraryId, statements: Parameters<MemberList['with']>[0], from: PeerKey): Promise<void> {
    if (statements.length === 0) return
    await this.#change(this.#folder(library), async (list, key) => {
      const merged = list && list.with(statements)
      if (!list || !merged) return list
      if (!list.has(from) && !this.#isLetInAgain(from, { list, merged })) return list
      const mayComeBack = this.#joining.includes(from) || this.#deps.joinsAtOnce()
      return mayComeBack || !hasLeft(key, list) || hasLeft(key, merged) ? merged : list
    })
  }

  /** Until the result is disposed, statements from that device may make this device a member again. */
  #joinsFrom(device: DeviceId): Disposable {
    const key = this.#deps.registry.get(device)?.key
    if (key) this.#joining.push(key)
    return { [Symbol.dispose]: () => void (key && this.#joining.splice(this.#joining.indexOf(key), 1)) }
  }

  #isLetInAgain(former: PeerKey, { list, merged }: { list: MemberList; merged: MemberList }): boolean {
    const last = merged.statements.findLast(({ key }) => key === former)
    if (
      !merged.has(former) ||
      last?.kind !== 'add' ||
      list.statements.some((each) => each.signature === last.signature)
    )
      return false
    const author = this.#deps.registry.byKey(last.by)
    return last.by === this.#deps.own().key || (author !== null && !author.blocked)
  }

  /** Applies changes one after another, each to the result of the previous one. */
  async #change(
    folder: SharedFolder,
    change: (list: MemberList | null, key: PeerKey) => Promise<MemberList | null>,
  ): Promise<void> {
    using _turn = await this.#turns.acquire()
    // The change must be signed, so create the key if there is none.
    if (this.#deps.own().key === null) await this.#deps.sign(new Uint8Array())
    const before = this.#listOf(folder)
    const after = await change(before, this.#deps.own().key!)
    if (after === before || after === null) return
    if (folder.readOnly)
      throw new CoreError('PermissionDenied', `${folder.name} is open read-only, so its members cannot be changed`)
    await this.#kept.write(folder, after)
    this.#lists.set(folder, { list: after })
    for (const listener of this.#listeners) listener(folder.id)
    for (const peer of this.#deps.peers.connected()) if (after.knows(peer.key)) this.#exchange(peer)
  }

  /** Synchronises the lists with a device and tells it which libraries it may join; repeated while it is connected. */
  #exchange(peer: Peer): void {
    const running = this.#exchanges.get(peer.id)
    if (running) {
      running.again = true
      return
    }
    const exchange = { again: false }
    this.#exchanges.set(peer.id, exchange)
    void this.#exchangeAll(peer)
      .catch((err: unknown) => {
        this.#deps.log.debug({ device: peer.name, err: errorMessage(err) }, 'members of libraries were not exchanged')
        this.#deps.clock.after(RETRY_MS, () => {
          if (this.#deps.peers.get(peer.id) === peer && !this.#ending.signal.aborted) this.#exchange(peer)
        })
      })
      .finally(() => {
        this.#exchanges.delete(peer.id)
        const now = this.#deps.peers.get(peer.id)
        if (exchange.again && now && !this.#ending.signal.aborted) this.#exchange(now)
      })
  }

  async #exchangeAll(peer: Peer): Promise<void> {
    const signal = AbortSignal.any([peer.signal, this.#ending.signal])
    const offered = new Set(this.#invitations.offeredTo(peer.id))
    for (const folder of this.#deps.libraries()) {
      const { id, name } = folder
      if (offered.has(id) && this.#list(id)?.has(this.#deps.own().key!))
        await ask(peer, { rpc, verb: 'invite', input: { library: id, name } }, signal)
      if (this.#listOf(folder)?.knows(peer.key)) await this.#exchangeOne(id, peer, signal)
    }
  }

  async #exchangeOne(library: LibraryId, peer: Peer, signal: AbortSignal): Promise<void> {
    const before = this.#list(library)
    if (!before) return
    let theirs
    try {
      const input = { library, digest: before.digest }
      theirs = (await ask(peer, { rpc, verb: 'pull', input }, signal)).statements
    } catch (err) {
      // The library is closed on that device, or deleted there.
      if (err instanceof CoreError && err.code === 'NotFound') return
      throw err
    }
    if (theirs.length === 0) return
    await this.#merge(library, theirs, peer.key)
    const known = new Set(theirs.map(({ signature }) => signature))
    const visible = this.#list(library)?.visibleTo(peer.key) ?? []
    const missing = visible.filter(({ signature }) => !known.has(signature))
    if (missing.length > 0) await ask(peer, { rpc, verb: 'push', input: { library, statements: [...missing] } }, signal)
  }
}

/** Throws `NotAuthorised` if a device was removed and this device may not add it again. */
function requireMayAdd(
  list: MemberList,
  {
    by,
    device,
    folder,
  }: { by: PeerKey; device: { readonly key: PeerKey; readonly name: string }; folder: SharedFolder },
): void {
  if (list.mayAdd(by, device.key)) return
  const others = list.members.filter(({ key }) => list.mayAdd(key, device.key)).map(({ name }) => name)
  throw new CoreError(
    'NotAuthorised',
    `${device.name} was removed from ${folder.name}, and this device came to ${folder.name} through it; ` +
      `share ${folder.name} with ${device.name} from ${others.length > 0 ? others.slice(0, 3).join(' or ') : 'the device that shared it first'}`,
  )
}

/** Whether a device left by itself, and has not been added since. */
function hasLeft(device: PeerKey, { statements }: MemberList): boolean {
  return statements.findLast(({ key, kind }) => key === device && kind !== 'remove')?.kind === 'leave'
}
