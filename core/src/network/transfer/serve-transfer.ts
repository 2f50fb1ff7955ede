import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import type { z } from 'zod'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { PrivatePlaces } from '../../util/private-files.ts'
import { freePort, makeSessionKey } from '../bulk/index.ts'
import { withPort } from '../transport/addresses.ts'
import type { Clock } from '../clock.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import { packMessage } from '../wire/message-pack.ts'
import type { Peer, ProtocolHandler } from '../wire/protocol.ts'
import { toldError } from '../wire/told-error.ts'
import { meetingAddresses, type OwnAddresses } from './meeting-addresses.ts'
import { Chosen, type Meeting, type Offered, PAGE_ITEMS, transferProtocol, Wanted } from './protocol.ts'
import { pumpPort } from './pump-port.ts'
import type { TransferThread } from './transfer-thread.ts'
import type { Answered } from './worker/messages.ts'
import { heard } from '../../util/heard.ts'

/**
 * How long the other device may take for one step before the files are sent: reading a page of the list, or planning,
 * connecting and choosing the way of the bytes. During this time, the list takes up a part of the budget.
 */
export const STEP_MS = 300_000

/** Files to send: their paths, and their names on the other device. */
export interface Sending {
  readonly roots: readonly { readonly path: Uint8Array; readonly name: Uint8Array }[]
  /** A title for people: `12 photos`. */
  readonly title: string
  /** If false, the transfer is not listed on this device. Used for thumbnails that a user of the other device views. */
  readonly isListed?: boolean
  /** True for sidecars, which Spacedrive itself selects in its data folder. Nothing else in that folder is sent. */
  readonly isOwn?: boolean
  /** Called from time to time with the number of file bytes sent on this connection. */
  onProgress?(bytes: number): void
  /** Aborted when the files are no longer available: the transfer ends immediately. */
  readonly signal?: AbortSignal
  /**
   * Whether the other device may still have the files. Called again whenever a grant, a list of members or a pairing
   * changes. If it returns false, the transfer ends on both sides with that reason. If omitted, always allowed.
   */
  isAllowed?(): boolean
}

/** Resolves one kind of request, and checks whether the asking device may have the files. */
export interface SourceResolver<S extends z.ZodType = z.ZodType> {
  readonly kind: string
  readonly spec: S
  /** Whether this resolver also answers devices that are not paired. */
  readonly isForStrangers?: boolean
  /** Throws `NotAuthorised`, `NotFound` and similar errors, whose messages the person at the other device reads. */
  resolve(spec: z.output<S>, peer: Peer, signal: AbortSignal): Promise<Sending>
}

/** The facts about a running transfer for lists and events. */
export interface SendingNews {
  readonly channel: string
  /** The same key for each attempt of the same request. */
  readonly key: string
  readonly peer: Peer
  readonly title: string
  readonly files: number
  readonly bytes: number
  readonly onProgress: ((bytes: number) => void) | undefined
  /** Stops sending. The other side then asks again. */
  readonly stop: () => void
}

export interface ServeTransferDeps {
  readonly clock: Clock
  readonly thread: TransferThread
  readonly resolver: (kind: string) => SourceResolver | undefined
  /** Port of the TLS listener; 0 for any free one. */
  readonly port: () => number
  readonly own: () => OwnAddresses
  /** The files of Spacedrive itself, which are never sent. */
  readonly privatePlaces: () => PrivatePlaces
  /**
   * If a person here has paused the request: a promise that resolves when the request is resumed; null if it is not
   * paused. Throws `Cancelled` if a person here has ended it.
   */
  readonly held: (key: string) => Promise<void> | null
  /** Called if the other device leaves or is lost while the request is paused. */
  readonly onLeft: (key: string) => void
  readonly onBegin: (news: SendingNews) => void
  /** Called when a transfer has ended. If `err` is null, all requested data was sent. */
  readonly onEnd: (id: string, err: unknown) => void
}

/** A running transfer whose permission is checked again on changes. */
interface Running {
  readonly isAllowed: () => boolean
  readonly end: () => void
}

/** The sending side of transfers, with a way to end transfers that are no longer allowed. */
export interface ServedTransfers {
  readonly handler: ProtocolHandler
  /** Ends each transfer whose device may no longer have the files. */
  readonly recheck: () => void
}

export function serveTransfers(deps: ServeTransferDeps): ServedTransfers {
  const running = new Set<Running>()
  const recheck = () => {
    for (const { end, isAllowed } of running) if (!isAllowed()) end()
  }
  return { handler: makeHandler(deps, running), recheck }
}

function makeHandler(deps: ServeTransferDeps, running: Set<Running>): ProtocolHandler {
  return {
    protocol: transferProtocol,
    async serve(stream, peer, signal) {
      const wanted = await stream.receive(Wanted)
      if (!wanted) return
      using _thread = deps.thread.use()
      const channel = randomBytes(16).toString('hex')
      const key = keyOf(wanted, peer)
      const first = stream.receive(Chosen)
      const leaving = untilLeft(first, signal)
      let sending: Sending
      let opened: Answered<'openSource'>
      try {
        const held = deps.held(key)
        if (held) await untilResumed(held, { key, deps, signal: leaving.signal })
        sending = await resolve(wanted, { deps, peer, signal: leaving.signal })
        opened = await openSource(channel, sending, { deps, running, peer, signal: leaving.signal })
      } catch (err) {
        const { code, message } = toldError(err, wanted.spec)
        await stream.send({ type: 'refused', code, message: message.slice(0, 1_000) })
        await stream.finish()
        if (!(err instanceof CoreError)) throw err
        return
      } finally {
        leaving.stop()
      }
      await send(sending, { channel, key, first, opened, deps, running, stream, peer, peerKey: wanted.key, signal })
    },
  }
}

/**
 * Lists the files to send. The walk ends if the other device leaves or may not have the files any more. Throws
 * `NotAuthorised` if that changed after the request was resolved.
 */
async function openSource(
  source: string,
  sending: Sending,
  { deps, peer, running, signal }: { deps: ServeTransferDeps; running: Set<Running>; peer: Peer; signal: AbortSignal },
): Promise<Answered<'openSource'>> {
  const { isOwn = false, roots } = sending
  const ending = new AbortController()
  const watched: Running = {
    isAllowed: () => isStillAllowed(sending),
    end: () => ending.abort(takenBackFrom(peer)),
  }
  const onAbort = () => watched.end()
  sending.signal?.addEventListener('abort', onAbort, { once: true })
  running.add(watched)
  try {
    if (!watched.isAllowed()) watched.end()
    const either = AbortSignal.any([signal, ending.signal])
    either.throwIfAborted()
    return await untilAborted(
      deps.thread.ask('openSource', {
        source,
        roots,
        privatePlaces: isOwn ? null : deps.privatePlaces(),
        device: peer.key,
      }),
      either,
    )
  } catch (err) {
    await deps.thread.ask('closeSource', { source })
    throw err
  } finally {
    running.delete(watched)
    sending.signal?.removeEventListener('abort', onAbort)
  }
}

function isStillAllowed(sending: Sending): boolean {
  return sending.signal?.aborted !== true && (sending.isAllowed?.() ?? true)
}

function takenBackFrom(peer: Peer): CoreError {
  return new CoreError(
    'NotAuthorised',
    `${peer.name} may not receive these files any more: the permission was revoked here`,
  )
}

/**
 * A signal that is aborted if the other side leaves before it gets an answer, or together with `signal`. `first` is
 * the other side's next message, which it does not send before it has the answer.
 */
function untilLeft(first: Promise<unknown>, signal: AbortSignal): { readonly signal: AbortSignal; stop(): void } {
  const left = new AbortController()
  let isOver = false
  const leave = () => {
    // If the connection was lost, the other side asks again.
    if (!isOver && !signal.aborted)
      left.abort(new CoreError('Unavailable', 'the other device no longer wants the file'))
  }
  // A stream may end a moment before it is known that its connection has ended.
  const ended = () => void setImmediate(leave)
  first.then(ended, ended)
  return {
    signal: AbortSignal.any([signal, left.signal]),
    stop: () => {
      isOver = true
    },
  }
}

/** Waits until `held` resolves. Throws `Unavailable` if the other side leaves before that. */
async function untilResumed(
  held: Promise<void>,
  { deps, key, signal }: { deps: ServeTransferDeps; key: string; signal: AbortSignal },
): Promise<void> {
  try {
    await untilAborted(held, signal)
  } catch (err) {
    deps.onLeft(key)
    throw err
  }
}

/** The same key for the same request of the same device. */
function keyOf({ kind, spec }: z.infer<typeof Wanted>, { id }: Peer): string {
  return createHash('sha256')
    .update(packMessage([id, kind, spec]))
    .digest('hex')
}

async function resolve(
  { kind, spec }: z.infer<typeof Wanted>,
  { deps, peer, signal }: { deps: ServeTransferDeps; peer: Peer; signal: AbortSignal },
): Promise<Sending> {
  const resolver = deps.resolver(kind)
  if (!resolver)
    throw new CoreError(
      'Unsupported',
      `this device does not know the request ${JSON.stringify(kind)}; update Spacedrive here`,
    )
  if (peer.isStranger && !resolver.isForStrangers)
    throw new CoreError('NotAuthorised', 'the two devices are not paired')
  const parsed = resolver.spec.safeParse(spec)
  if (!parsed.success) throw new CoreError('InvalidInput', `invalid request: ${errorMessage(parsed.error)}`)
  return resolver.resolve(parsed.data, peer, signal)
}

interface Circumstances {
  readonly channel: string
  readonly key: string
  /** The first message of the other side. */
  readonly first: Promise<Chosen | null>
  readonly opened: Answered<'openSource'>
  readonly deps: ServeTransferDeps
  readonly running: Set<Running>
  readonly stream: FrameStream
  readonly peer: Peer
  readonly peerKey: string
  readonly signal: AbortSignal
}

async function send(
  sending: Sending,
  { channel, key, first, opened, deps, running, stream, peer, peerKey, signal }: Circumstances,
): Promise<void> {
  const { thread } = deps
  const { count, files, bytes, leftOutCount } = opened
  const onProgress = sending.onProgress?.bind(sending)
  const onAbort = () => stream.abort()
  sending.signal?.addEventListener('abort', onAbort, { once: true })
  let takenBack: CoreError | null = null
  const watched: Running = {
    isAllowed: () => isStillAllowed(sending),
    end: () => {
      takenBack = takenBackFrom(peer)
      stream.abort()
    },
  }
  const inTime = <T>(step: Promise<T>) => withinStep(step, { clock: deps.clock, peer, stream })
  running.add(watched)
  try {
    if (!watched.isAllowed()) watched.end()
    for (let from = 0; from < count;) {
      const items = await thread.ask('sourcePage', { source: channel, from, count: PAGE_ITEMS })
      await inTime(stream.send({ type: 'items', items } satisfies { type: 'items'; items: readonly unknown[] }))
      from += items.length
      signal.throwIfAborted()
    }
    const own = makeSessionKey()
    const { port } = await thread.ask('serve', { channel, source: channel, own, peerKey, port: deps.port() })
    const addresses = deps.own().addresses.flatMap((address) => withPort(address, port) ?? [])
    if (sending.isListed !== false) {
      deps.onBegin({ channel, key, peer, title: sending.title, files, bytes, onProgress, stop: () => stream.abort() })
    }
    await stream.send({
      type: 'ready',
      channel,
      key: own.publicKey,
      addresses,
      leftOut: leftOutCount,
    } satisfies Offered)
    let chosen = await inTime(first)
    if (chosen?.via === 'punch') {
      await meet(channel, { addresses: peer.isStranger ? [] : chosen.addresses, deps, stream })
      chosen = await inTime(stream.receive(Chosen))
    }
    if (chosen?.via === 'stream') await serveOverStream(channel, { deps, stream })
    // The other side ends the stream when it has everything, or when it stops.
    else if (chosen) await stream.receive(Chosen)
    deps.onEnd(channel, null)
  } catch (err) {
    deps.onEnd(channel, takenBack ?? err)
    throw err
  } finally {
    running.delete(watched)
    sending.signal?.removeEventListener('abort', onAbort)
    await thread.ask('closeServing', { channel })
    await thread.ask('closeSource', { source: channel })
  }
}

/** Aborts the stream and throws `Timeout` if a step of the other device takes too long. */
async function withinStep<T>(
  step: Promise<T>,
  { clock, peer, stream }: { clock: Clock; peer: Peer; stream: FrameStream },
): Promise<T> {
  const late = Promise.withResolvers<never>()
  using _timer = clock.after(STEP_MS, () => {
    late.reject(new CoreError('Timeout', `${peer.name} asked for files and then did not answer`))
    stream.abort()
  })
  return await Promise.race([step, late.promise])
}

/**
 * Sends the addresses of this side, and then connects from them. Routers may drop the first packets; TCP repeats
 * these.
 */
async function meet(
  channel: string,
  { addresses, deps, stream }: { addresses: readonly string[]; deps: ServeTransferDeps; stream: FrameStream },
): Promise<void> {
  const from = await freePort()
  const own = addresses.length > 0 ? meetingAddresses(deps.own(), from) : []
  await stream.send({ addresses: own } satisfies Meeting)
  if (own.length > 0) await deps.thread.ask('meet', { channel, addresses, from })
}

async function serveOverStream(
  channel: string,
  { deps, stream }: { deps: ServeTransferDeps; stream: FrameStream },
): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  const closed = heard(once(port1, 'close'))
  await deps.thread.ask('servePort', { channel, port: port2 }, [port2])
  await pumpPort(port1, stream)
  await closed
}
