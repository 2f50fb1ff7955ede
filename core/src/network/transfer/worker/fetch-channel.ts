import { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Duplex } from 'node:stream'
import { CoreError } from '../../../util/errors.ts'
import { CHUNK_BYTES, encodeRequest, HASH_BYTES, type ReplyHead, type Request } from '../../bulk/index.ts'
import type { FetchItem } from './fetch-item.ts'

/**
 * Maximum number of bytes that are requested ahead on one channel: enough to fill a fast line with a high latency (1
 * Gbit/s at 100 ms).
 */
const WINDOW_BYTES = 16 * CHUNK_BYTES
/** Maximum number of requests ahead on one channel, for small files. */
const WINDOW_REQUESTS = 1_024
/** How long a device may be silent while replies are outstanding, in milliseconds. */
const STALL_MS = 30_000
/**
 * The lowest accepted rate at which a device reads a file, in bytes per millisecond. Before it answers a request for
 * the hash of a whole file, it reads the whole file.
 */
const LEAST_READ = 20_000
/** How often the channel is checked for silence, in milliseconds. */
const LOOK_MS = 1_000
/**
 * If this machine no longer has the local address of a connection, the connection counts as lost after this much
 * silence, in milliseconds.
 */
const MOVED_MS = 2_000

/** The number of an item that a device does not have. */
export const NO_NUMBER = -1

/** The options of one connection to a device that has the files. */
export interface ChannelOptions {
  /** The name of the device. */
  readonly name: string
  /** The number of each item on that device; `NO_NUMBER` if it does not have the item. */
  readonly numbers: Int32Array
  /** Number of sources that must agree about the chunk hashes before any chunk is requested; 0 if there is only one. */
  readonly compare: number
}

/** A request, with the item's number here. */
export interface Asked {
  readonly request: Request
  readonly bytes: number
}

/**
 * A connection over which requests are sent, and the requests that wait for a reply. It is destroyed if the device is
 * silent for too long.
 */
export class FetchChannel {
  readonly name: string
  readonly socket: Duplex
  /** Set when the device has sent wrong data. Everything after that is ignored. */
  isLost = false
  /** The chunk hashes that the device has sent for the first file; null if it has not, or was not asked. */
  hashes: Uint8Array | null = null
  readonly #numbers: Int32Array
  readonly #items: readonly FetchItem[]
  readonly #stallMs: number
  readonly #looking: NodeJS.Timeout
  readonly #asked: Asked[] = []
  #askedBytes = 0
  /** Replies that have arrived but are not processed yet. They belong to the first of `#asked`. */
  #replies = 0
  #heardAt = performance.now()

  /** `stallMs`: `STALL_MS` by default. */
  constructor(
    socket: Duplex,
    { name, numbers }: ChannelOptions,
    { items, stallMs = STALL_MS }: { items: readonly FetchItem[]; stallMs?: number | undefined },
  ) {
    this.socket = socket
    this.name = name
    this.#numbers = numbers
    this.#items = items
    this.#stallMs = stallMs
    this.#looking = setInterval(() => this.#look(), Math.min(LOOK_MS, stallMs))
  }

  /** Whether the device has an item. */
  has(item: number): boolean {
    return this.#numbers[item] !== NO_NUMBER
  }

  get hasRoom(): boolean {
    return this.#askedBytes < WINDOW_BYTES && this.#asked.length < WINDOW_REQUESTS
  }

  send(request: Request): void {
    if (this.#asked.length === 0) this.heard()
    const bytes = request.type === 'chunk' ? request.length : 0
    this.#asked.push({ request, bytes })
    this.#askedBytes += bytes
    this.socket.write(encodeRequest({ ...request, item: this.#numbers[request.item]! }))
  }

  /** Called when data has arrived. */
  heard(): void {
    this.#heardAt = performance.now()
  }

  /** Throws for a reply without a request. This limits the data that a channel may send. */
  expect(head: ReplyHead): void {
    const asked = this.#asked[this.#replies++]
    const size = asked && this.#items[asked.request.item]!.size
    if (!asked || head.item !== this.#numbers[asked.request.item] || !answers(head, asked.request, size!)) {
      throw new CoreError('Corrupt', `${this.name} sent data that this device had not requested`)
    }
  }

  /** Takes the request that the next reply belongs to. */
  take(): Asked {
    const asked = this.#asked.shift()!
    this.#replies--
    this.#askedBytes -= asked.bytes
    return asked
  }

  /** Puts a request back because its reply was not usable. Another channel can then take it. */
  putBack(asked: Asked): void {
    this.#asked.unshift(asked)
  }

  /** Destroys the channel and ignores the rest of its data. */
  lose(): void {
    this.isLost = true
    this.socket.destroy()
  }

  /** Ends the channel. Returns its unanswered requests, in order. */
  end(): Request[] {
    clearInterval(this.#looking)
    this.#askedBytes = 0
    return this.#asked
      .splice(0)
      .map(({ request }) => request)
      .filter(({ type }) => type !== 'chunk-hashes')
  }

  #look(): void {
    const [first] = this.#asked
    if (!first) return
    const silentMs = performance.now() - this.#heardAt
    const toReadMs = first.request.type === 'chunk' ? 0 : this.#items[first.request.item]!.size / LEAST_READ
    if (silentMs > this.#stallMs + toReadMs || (silentMs > MOVED_MS && isFromElsewhere(this.socket))) {
      this.socket.destroy()
    }
  }
}

/** Whether the connection is dead because this machine no longer has its local address. */
function isFromElsewhere(socket: Duplex): boolean {
  const address = socket instanceof Socket ? socket.localAddress : undefined
  if (address === undefined) return false
  const own = address.replace(/^::ffff:|%.*$/g, '')
  // All of 127.0.0.0/8 is this machine, but only its first address is listed.
  return (
    !own.startsWith('127.') &&
    !Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === own))
  )
}

function answers(head: ReplyHead, request: Request, size: number): boolean {
  if (head.type === 'failed') return true
  if (head.type !== request.type) return false
  if (request.type === 'chunk') return head.offset === request.offset && head.length <= HASH_BYTES + request.length
  return head.length <= Math.max(1, Math.ceil(size / CHUNK_BYTES)) * HASH_BYTES
}
