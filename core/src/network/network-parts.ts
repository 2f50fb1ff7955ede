import { randomBytes } from 'node:crypto'
import type { DeviceId, LibraryId, NetworkDevice, PeerKey } from '../domain/index.ts'
import type { Clock } from './clock.ts'
import type { NetworkDb } from './db/network-db.ts'
import { MulticastChannel } from './discovery/index.ts'
import { Grants } from './grants/grants.ts'
import { Meeting } from './meeting.ts'
import { Membership } from './membership/index.ts'
import { Messages } from './messaging/messages.ts'
import { RemoteJobs } from './messaging/remote-jobs.ts'
import { bothPeers, Nearby, nearbyLimits } from './nearby/index.ts'
import type { NetworkDeps, TransportOptions } from './network-deps.ts'
import { PortMapping } from './port-mapping/index.ts'
import type { DeviceCard, DeviceDetails } from './registry/device-card.ts'
import type { PairedDevice } from './registry/paired-device.ts'
import { Registry } from './registry/registry.ts'
import { Roaming } from './roaming/index.ts'
import { Sessions } from './sessions/sessions.ts'
import { SidecarExchange } from './sidecars/index.ts'
import { Spacedrop } from './spacedrop/index.ts'
import { Transfers } from './transfer/index.ts'
import { alpns, type Transport } from './transport/transport.ts'
import type { Peers } from './wire/protocol.ts'

/** Opens a separate endpoint. `isLocal`: it uses only the local network, and the relay does not know it. */
export type OpenTransport = (
  options: Pick<TransportOptions, 'seed' | 'alpns'> & { isLocal?: boolean },
) => Promise<Transport>

export interface NetworkPartsDeps extends Omit<NetworkDeps, 'clock' | 'random' | 'makeTransport'> {
  readonly db: NetworkDb
  readonly clock: Clock
  readonly random: () => number
  /** Null until a key was made. */
  readonly key: () => PeerKey | null
  /** Null while networking is off. */
  readonly transport: () => Transport | null
  readonly openTransport: OpenTransport
  readonly details: () => DeviceDetails
  /** Throws `Offline` while networking is off. */
  readonly card: () => DeviceCard
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly describe: (device: PairedDevice) => NetworkDevice
  /** Called when another program has proved the key of this device. */
  readonly onKeyUsedElsewhere: () => void
}

export interface NetworkParts {
  readonly registry: Registry
  readonly grants: Grants
  readonly sessions: Sessions
  readonly nearby: Nearby
  readonly transfers: Transfers
  readonly spacedrop: Spacedrop
  readonly meeting: Meeting
  readonly roaming: Roaming
  readonly portMapping: PortMapping
  readonly membership: Membership
  readonly sidecars: SidecarExchange
  readonly messages: Messages
  readonly jobs: RemoteJobs
}

/**
 * Opens all parts of networking in order; each part gets the earlier ones that it needs. A part that answers requests
 * registers its protocols with `peers`. Callbacks run only after all parts are open, so they reach later parts through
 * `all`.
 */
export function openParts(deps: NetworkPartsDeps): NetworkParts {
  const all = () => parts
  const registry = openRegistry(deps)
  const grants = openGrants(deps, { registry, all })
  const sessions = openSessions(deps, { registry })
  const nearby = openNearby(deps, { all })
  const peers = bothPeers(sessions, nearby)
  const transfers = openTransfers(deps, { registry, nearby, peers, all })
  const spacedrop = openSpacedrop(deps, { grants, nearby, peers, transfers })
  const meeting = openMeeting(deps, { registry, sessions, nearby })
  const roaming = openRoaming(deps, { registry, sessions, all })
  const portMapping = openPortMapping(deps)
  const membership = openMembership(deps, { registry, sessions, transfers })
  const sidecars = openSidecars(deps, { registry, grants, sessions, transfers, membership })
  const { jobs, messages } = openMessaging(deps, { grants, sessions, membership })
  const parts: NetworkParts = {
    registry,
    grants,
    sessions,
    nearby,
    transfers,
    spacedrop,
    meeting,
    roaming,
    portMapping,
    membership,
    sidecars,
    messages,
    jobs,
  }
  announceDevices(deps, parts)
  return parts
}

/** The parts that one open function uses. With `All`, its callbacks can also reach parts that are opened later. */
type Uses<N extends keyof NetworkParts> = Pick<NetworkParts, N>
interface All {
  readonly all: () => NetworkParts
}

function openRegistry({ clock, db, device, key, log }: NetworkPartsDeps): Registry {
  return new Registry({ db, now: clock.now, log, own: () => ({ ...device(), key: key() }) })
}

function openGrants({ clock, db, events, log }: NetworkPartsDeps, { all, registry }: Uses<'registry'> & All): Grants {
  return new Grants({
    db,
    registry,
    now: clock.now,
    onRequested: (request) => {
      const { device, what } = request
      log.info({ device: device.name, what }, 'a device requested something that it has no grant for')
      events.emit('network.grant-requested', request)
    },
    onChanged: (grant) => {
      events.emit('network.grant-changed', grant)
      const { spacedrop, transfers } = all()
      transfers.recheck()
      if (grant.what === 'send' && !grant.allowed) spacedrop.mayNotSend(grant.device.id)
    },
  })
}

function openSessions(deps: NetworkPartsDeps, { registry }: Uses<'registry'>): Sessions {
  const { clock, details, log, onKeyUsedElsewhere, random, version } = deps
  return new Sessions({
    registry,
    own: () => ({ version, device: details() }),
    clock,
    random,
    log,
    onKeyUsedElsewhere,
  })
}

function openNearby(deps: NetworkPartsDeps, { all }: All): Nearby {
  const { clock, details, events, log, openTransport, settings } = deps
  const nearby: Nearby = new Nearby({
    openTransport: (seed) => openTransport({ seed, alpns: [alpns.spacedrop], isLocal: true }),
    discovery: () => all().meeting.discovery,
    own: details,
    isReceiving: () => settings().receive !== 'off',
    isNewOffer: (id) => all().spacedrop.isNew(id),
    randomBytes,
    clock,
    log,
    limits: nearbyLimits,
    changed: () => events.emit('network.nearby-changed', nearby.visibility()),
    onGuest: (guest) => all().spacedrop.guestArrived(guest),
    onOver: (guest) => all().spacedrop.guestOver(guest),
  })
  return nearby
}

interface WithPeers {
  /** The paired devices and the guests, together. */
  readonly peers: Peers
}

function openTransfers(
  { clock, dataDir, db, events, log, settings, transport }: NetworkPartsDeps,
  { all, nearby, peers, registry }: Uses<'registry' | 'nearby'> & WithPeers & All,
): Transfers {
  return new Transfers({
    dataDir,
    db,
    peers,
    clock,
    log,
    nameOf: (id) => registry.get(id)?.name ?? all().spacedrop.nameOf(id) ?? 'a device that is not paired any more',
    isPaired: (id) => registry.get(id) !== null || nearby.guest(id) !== null,
    settings,
    own: () => ({ addresses: transport()?.addresses() ?? [], outside: all().roaming.outside }),
    changed: (transfer) => events.emit('transfer.changed', transfer),
  })
}

function openSpacedrop(
  { clock, dataDir, db, device, events, log, settings }: NetworkPartsDeps,
  parts: Uses<'grants' | 'nearby' | 'transfers'> & WithPeers,
): Spacedrop {
  return new Spacedrop({
    ...parts,
    dataDir,
    db,
    clock,
    log,
    own: device,
    settings,
    changed: (offer) => events.emit('offer.changed', offer),
  })
}

function openMeeting(
  deps: NetworkPartsDeps,
  { nearby, registry, sessions }: Uses<'registry' | 'sessions' | 'nearby'>,
): Meeting {
  const { card, clock, db, events, log, makeLanChannel, onKeyUsedElsewhere, openTransport, sign } = deps
  return new Meeting({
    db,
    registry,
    sessions,
    clock,
    log,
    card,
    sign,
    openTransport,
    makeLanChannel: makeLanChannel ?? ((channelLog) => new MulticastChannel({ log: channelLog })),
    changed: (status) => events.emit('pairing.changed', status),
    visible: () => nearby.advert(),
    onStrangers: () => events.emit('network.nearby-changed', nearby.visibility()),
    onKeyUsedElsewhere,
  })
}

function openRoaming(
  { clock, log }: NetworkPartsDeps,
  { all, registry, sessions }: Uses<'registry' | 'sessions'> & All,
): Roaming {
  return new Roaming({
    registry,
    sessions,
    clock,
    log,
    onMoved: () => {
      const { meeting, portMapping } = all()
      meeting.look()
      portMapping.look()
    },
  })
}

function openPortMapping({ clock, dataDir, events, log, settings }: NetworkPartsDeps): PortMapping {
  return new PortMapping({
    dataDir,
    clock,
    log,
    isOn: () => settings().portMapping === 'on',
    onChange: (what, address) =>
      events.emit(what === 'mapped' ? 'network.port-mapped' : 'network.port-unmapped', { address }),
  })
}

function openMembership(
  deps: NetworkPartsDeps,
  { registry, sessions, transfers }: Uses<'registry' | 'sessions' | 'transfers'>,
): Membership {
  const { adoptLibrary, clock, db, details, events, key, libraries, log, settings, sign } = deps
  const membership = new Membership({
    peers: sessions,
    registry,
    db,
    clock,
    log,
    own: () => ({ ...details(), key: key() }),
    sign,
    libraries,
    adopt: adoptLibrary,
    joinsAtOnce: () => settings().joinLibraries,
    onInvited: ({ device, library, name }) => {
      const from = registry.get(device)!
      log.info({ device: from.name, library: name }, 'a device shares a library')
      events.emit('library.shared', { device: { id: device, name: from.name }, library: { id: library, name } })
    },
  })
  membership.onChange((libraryId) => {
    events.emit('library.members-changed', { libraryId }, libraryId)
    transfers.recheck()
  })
  return membership
}

function openSidecars(
  { clock, db, events, libraries, log, prefetch }: NetworkPartsDeps,
  { sessions, ...parts }: Uses<'registry' | 'grants' | 'sessions' | 'transfers' | 'membership'>,
): SidecarExchange {
  return new SidecarExchange({
    ...parts,
    peers: sessions,
    db,
    events,
    clock,
    log,
    libraries,
    settings: prefetch,
    latencyMs: (device) => sessions.details(device)?.latencyMs ?? null,
  })
}

function openMessaging(
  { clock, events, libraries, log }: NetworkPartsDeps,
  { grants, membership, sessions }: Uses<'grants' | 'sessions' | 'membership'>,
): Uses<'messages' | 'jobs'> {
  const isMember = (library: LibraryId, device: DeviceId) => membership.isMember(library, device)
  const shared = { peers: sessions, clock, libraries, isMember }
  return { messages: new Messages(shared), jobs: new RemoteJobs({ ...shared, grants, events, log }) }
}

function announceDevices(
  { describe, events }: NetworkPartsDeps,
  { registry, sessions }: Uses<'registry' | 'sessions'>,
): void {
  registry.onChange(({ device, kind }) => {
    if (kind === 'removed') events.emit('device.revoked', { deviceId: device.id, name: device.name })
    else events.emit(kind === 'added' ? 'device.paired' : 'device.updated', describe(device))
  })
  sessions.onConnected(({ id }) => {
    const device = registry.get(id)
    if (device) events.emit('device.connected', describe(device))
  })
  sessions.onDisconnected((deviceId, reason) => events.emit('device.disconnected', { deviceId, reason }))
}
