import { MessageChannel } from 'node:worker_threads'
import type { ContentId, DeviceId } from '../../domain/index.ts'
import { CoreError, type ErrorCode, errorCodes } from '../../util/errors.ts'
import { freePort, makeSessionKey, type SessionKey } from '../bulk/index.ts'
import { believable } from '../discovery/index.ts'
import { parseAddress, withPort } from '../transport/addresses.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { contentOf } from './content-spec.ts'
import { meetingAddresses, type OwnAddresses } from './meeting-addresses.ts'
import { type Chosen, Meeting, Offered, transferProtocol } from './protocol.ts'
import { pumpPort } from './pump-port.ts'
import type { TransferThread } from './transfer-thread.ts'
import type { FetchResult } from './worker/fetch-item.ts'
import type { Preserve } from './transfer-rows.ts'
import type { Destination, FetchChannel, Renamed } from './worker/messages.ts'
import { bytesOfNames, MAX_ITEMS, type SourceItem } from './worker/walk-source.ts'

/**
 * Maximum number of bytes of all names of one transfer: enough for a million names in folders that are not too deep.
 */
const MAX_LIST_BYTES = 268_435_456

/**
 * Transfers of at least this size try `punch`, in bytes. Less data arrives over the link before an attempt would fail.
 */
const PUNCH_FROM_BYTES = 2_097_152

/** How the bytes are sent: over a separate TLS connection, or over a stream of the link. */
export type Via = 'tcp' | 'stream'

/** The answer of a device to a request for files. */
export interface Offer {
  readonly peer: Peer
  readonly items: readonly SourceItem[]
  /** Number of files and folders that the device could not send: links and unreadable files. */
  readonly leftOut: number
  readonly channel: string
  readonly peerKey: string
  readonly addresses: readonly string[]
  readonly own: SessionKey
  readonly stream: FrameStream
}

/** The request, and the devices that may have the files. */
export interface Asking {
  /** The devices that have the files; the first one is asked for the list. */
  readonly devices: readonly DeviceId[]
  /** The kind of request, which selects the resolver for `spec` on the other side. */
  readonly kind: string
  readonly spec: unknown
}

/**
 * Asks all devices; returns the offers of those that have the files now, at least one. Otherwise throws the refusal of
 * the first device.
 */
export async function askDevices({ devices, kind, spec }: Asking, peers: Peers, signal: AbortSignal): Promise<Offer[]> {
  const asked = await Promise.allSettled(
    devices.map(async (device) => askForFiles(await peers.reach(device, signal), { kind, spec }, signal)),
  )
  const offers = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  if (offers.length > 0) return offers
  throw asked.find((each) => each.status === 'rejected')!.reason
}

/** Asks a device for files. The caller must end the stream of the offer. Throws the refusal of the device. */
async function askForFiles(
  peer: Peer,
  { kind, spec }: { kind: string; spec: unknown },
  signal: AbortSignal,
): Promise<Offer> {
  const stream = await peer.open(transferProtocol, signal)
  const onAbort = () => stream.abort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const own = makeSessionKey()
    await stream.send({ kind, spec, key: own.publicKey })
    const items: SourceItem[] = []
    let bytes = 0
    for (;;) {
      const offered = await stream.receive(Offered)
      if (!offered) throw new CoreError('Unavailable', `${peer.name} ended the transfer`)
      if (offered.type === 'refused') throw new CoreError(codeOf(offered.code), `${peer.name}: ${offered.message}`)
      if (offered.type === 'items') {
        items.push(...offered.items)
        bytes += offered.items.reduce((sum, item) => sum + bytesOfNames(item), 0)
        if (items.length > MAX_ITEMS || bytes > MAX_LIST_BYTES) {
          throw new CoreError('InvalidInput', `${peer.name} offers more than ${MAX_ITEMS} files, or too long names`)
        }
        continue
      }
      if (contentOf({ kind, spec }) !== null && (items.length !== 1 || items[0]!.kind !== 'file'))
        throw new CoreError('Corrupt', `${peer.name} offers other files than the requested one`)
      const { addresses, channel, key, leftOut } = offered
      return { peer, items, leftOut, channel, peerKey: key, addresses, own, stream }
    }
  } catch (err) {
    stream.abort()
    signal.throwIfAborted()
    throw err
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function codeOf(code: string): ErrorCode {
  return errorCodes.find((known) => known === code) ?? 'Internal'
}

/** Listeners for the news of one fetch from the thread. */
export interface FetchListener {
  readonly onProgress: (progress: { files: number; bytes: number }) => void
  readonly onChannelEnded: (channel: string) => void
  readonly onEnded: (error: { code: ErrorCode; message: string } | null) => void
}

export interface FetchDeps {
  readonly thread: TransferThread
  readonly own: () => OwnAddresses
  /** Registers a listener for the news of a fetch, until the result is disposed. */
  readonly listen: (fetch: string, listener: FetchListener) => Disposable
}

export interface FetchOptions {
  /** The id of the fetch. It stays the same when the fetch continues after an interruption. */
  readonly id: string
  /** The folder that records the progress. */
  readonly folder: string
  readonly destination: Destination
  readonly preserve: Preserve
  /** The origin that is written to the attributes of each file; null for files that are for Spacedrive itself. */
  readonly origin: string | null
  /** The content that the only file must have before it gets its name; null if it is not checked. */
  readonly content: ContentId | null
  readonly onOpen: (opened: {
    files: number
    bytes: number
    totalFiles: number
    totalBytes: number
    tops: readonly Uint8Array[]
    renamed: readonly Renamed[]
    renamedCount: number
  }) => void
  readonly onVia: (via: Via) => void
  readonly onProgress: (progress: { files: number; bytes: number }) => void
}

export type Fetched = FetchResult & {
  /** False if every connection ended before all files were here. The fetch can be continued. */
  readonly complete: boolean
}

/**
 * Fetches the files that devices have offered, the same from each, until all are here or no connection is left. Throws
 * if nothing can be written, and throws the signal's reason.
 */
export async function fetchOffered(
  offers: readonly Offer[],
  options: FetchOptions,
  { thread, listen, own }: FetchDeps,
  signal: AbortSignal,
): Promise<Fetched> {
  const { id } = options
  const open = new Map(offers.map((offer) => [offer.channel, offer]))
  const ended = Promise.withResolvers<boolean>()
  // The promise may fail before it is awaited.
  ended.promise.catch(() => {})
  let isComplete = false
  const close = (channel: string) => {
    const stream = open.get(channel)?.stream
    // A clean end tells the sending side that this device has everything; an abort looks like a lost connection.
    if (isComplete && stream) void end(stream)
    else stream?.abort()
    open.delete(channel)
    if (open.size === 0) ended.resolve(false)
  }
  using _listening = listen(id, {
    onProgress: options.onProgress,
    onChannelEnded: close,
    onEnded: (error) => {
      isComplete = error === null
      if (error) ended.reject(new CoreError(error.code, error.message))
      else ended.resolve(true)
    },
  })
  using _thread = thread.use()
  const onAbort = () => ended.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const { content, destination, folder, origin, preserve } = options
  try {
    signal.throwIfAborted()
    const { items } = offers[0]!
    const opened = await thread.ask('openFetch', {
      fetch: id,
      folder,
      items,
      destination,
      content,
      origin,
      preserve,
    })
    // The fetch may have been paused or cancelled during the question. Then it must not be reported as open.
    signal.throwIfAborted()
    options.onOpen(opened)
    const compare = offers.length > 1 && opened.totalFiles === 1 ? offers.length : 0
    for (const offer of offers) {
      connect(offer, { id, compare, thread, ownAddresses: own, onVia: options.onVia }, signal).catch(() => {
        close(offer.channel)
        if (compare > 0) void thread.ask('sourceGone', { fetch: id, name: offer.peer.name }).catch(() => {})
      })
      // If the connection to a device is lost, its channel sends nothing more.
      offer.peer.signal.addEventListener('abort', () => close(offer.channel), { once: true })
    }
    const complete = await ended.promise
    const result = await thread.ask('closeFetch', { fetch: id })
    return { ...result, complete }
  } catch (err) {
    await thread.ask('closeFetch', { fetch: id }).catch(() => {})
    throw err
  } finally {
    signal.removeEventListener('abort', onAbort)
    for (const { stream } of open.values()) void end(stream)
  }
}

interface Connecting {
  readonly id: string
  readonly compare: number
  readonly thread: TransferThread
  readonly ownAddresses: () => OwnAddresses
  readonly onVia: (via: Via) => void
}

async function connect(offer: Offer, connecting: Connecting, signal: AbortSignal): Promise<void> {
  const { onVia, thread } = connecting
  const { stream } = offer
  const isThrough =
    (await dial(offer, connecting, { addresses: addressesOf(offer), from: null }, signal)) ||
    (await punch(offer, connecting, signal))
  if (isThrough) {
    onVia('tcp')
    return stream.send({ via: 'tcp' } satisfies Chosen)
  }
  onVia('stream')
  await stream.send({ via: 'stream' } satisfies Chosen)
  const { port1, port2 } = new MessageChannel()
  await thread.ask('fetchPort', { ...channelOf(offer, connecting), port: port2 }, [port2])
  await pumpPort(port1, stream)
}

/** Dials a device. Returns false if none of its addresses answers. */
async function dial(
  offer: Offer,
  connecting: Connecting,
  where: { addresses: readonly string[]; from: number | null },
  signal: AbortSignal,
): Promise<boolean> {
  const { own, peerKey } = offer
  try {
    await connecting.thread.ask('fetch', { ...channelOf(offer, connecting), own, peerKey, ...where })
    return true
  } catch (err) {
    signal.throwIfAborted()
    if (err instanceof CoreError && err.code === 'Unavailable') return false
    throw err
  }
}

/** Both sides connect to each other at the same time, so that routers and firewalls treat the packets as answers. */
async function punch(offer: Offer, connecting: Connecting, signal: AbortSignal): Promise<boolean> {
  const { items, peer, stream } = offer
  // A stranger on the local network is reached directly or not at all.
  if (peer.isStranger || items.reduce((sum, { size }) => sum + size, 0) < PUNCH_FROM_BYTES) return false
  const from = await freePort()
  const addresses = meetingAddresses(connecting.ownAddresses(), from)
  if (addresses.length === 0) return false
  await stream.send({ via: 'punch', addresses } satisfies Chosen)
  const meeting = await stream.receive(Meeting)
  if (!meeting || meeting.addresses.length === 0) return false
  return dial(offer, connecting, { addresses: meeting.addresses, from }, signal)
}

function channelOf({ channel, items, peer }: Offer, { compare, id }: Connecting): FetchChannel {
  return { fetch: id, channel, name: peer.name, items, compare }
}

/**
 * All known addresses of the other side. They include the address of the current connection, because the other side
 * may not know its own outside address.
 */
function addressesOf({ addresses, peer }: Offer): string[] {
  const port = parseAddress(addresses[0] ?? '')?.port
  const path = peer.path()
  const through = path?.kind === 'direct' && path.address && port ? withPort(path.address, port) : null
  const all = [...new Set([...(through === null ? [] : [through]), ...addresses])]
  // A stranger can make this device dial only the stranger itself or the local network.
  return peer.isStranger ? believable(all, parseAddress(path?.address ?? '')?.host ?? '') : all
}

async function end(stream: FrameStream): Promise<void> {
  // The other side may have ended the stream first.
  await stream.finish().catch(() => {})
  stream.abort()
}
