import { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Duplex } from 'node:stream'
import { CoreError } from '../../../util/errors.ts'
import { CHUNK_BYTES, encodeRequest, HASH_BYTES, type ReplyHead, type Request } from '../../bulk/index.ts'
import type { FetchItem } from './fetch-item.ts'

/** What one channel has been asked for and has not sent yet, at the most: enough to fill a long, fast line (1 Gbit/s at 100 ms). */
const WINDOW_BYTES = 16 * CHUNK_BYTES
/** The same, for small files. */
const WINDOW_REQUESTS = 1_024
/** How long a device may send nothing of what it owes, in milliseconds. */
const STALL_MS = 30_000
/** The least it reads a file with, in bytes a millisecond: a hash of a whole file takes longer than a chunk. */
const LEAST_READ = 20_000
/** How often it is looked whether something comes, in milliseconds. */
const LOOK_MS = 1_000
/** After this silence a connection from an address that this machine has no more is lost, in milliseconds. */
const MOVED_MS = 2_000

/** What an item is called that a device does not have. */
export const NO_NUMBER = -1

/** One connection to a device that has the files. */
export interface ChannelOptions {
  /** Of the device. */
  readonly name: string
  /** What number each item has there; `NO_NUMBER`: it has it no more. */
  readonly numbers: Int32Array
  /** So many sources must agree about the chunks before any is asked for one; none where there is one alone. */
  readonly compare: number
}

/** A question, with the number the item has here. */
export interface Asked {
  readonly request: Request
  readonly bytes: number
}

/** A connection over which files are asked for, and what it owes. It is destroyed when it is silent for too long. */
export class FetchChannel {
  readonly name: string
  readonly socket: Duplex
  /** What comes after something that was not to be believed is not looked at. */
  isLost = false
  /** What it says the chunks of the first file are; null until it has said so, or where nobody asked. */
  hashes: Uint8Array | null = null
  readonly #numbers: Int32Array
  readonly #items: readonly FetchItem[]
  readonly #stallMs: number
  readonly #looking: NodeJS.Timeout
  readonly #asked: Asked[] = []
  #askedBytes = 0
  /** Replies that have come and were not looked at yet: those of the first that were asked. */
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

  /** Something has come. */
  heard(): void {
    this.#heardAt = performance.now()
  }

  /** Throws for a reply to no question: what one channel may send is bounded by what it was asked. */
  expect(head: ReplyHead): void {
    const asked = this.#asked[this.#replies++]
    const size = asked && this.#items[asked.request.item]!.size
    if (!asked || head.item !== this.#numbers[asked.request.item] || !answers(head, asked.request, size!)) {
      throw new CoreError('Corrupt', `${this.name} sent what nobody asked for`)
    }
  }

  /** The question that the next reply is for; it is owed no more. */
  take(): Asked {
    const asked = this.#asked.shift()!
    this.#replies--
    this.#askedBytes -= asked.bytes
    return asked
  }

  /** Its reply was of no use: it is still wanted, from another. */
  putBack(asked: Asked): void {
    this.#asked.unshift(asked)
  }

  /** Destroys it, and believes nothing of what it has sent. */
  lose(): void {
    this.isLost = true
    this.socket.destroy()
  }

  /** It has ended: what it still owes, in the order it was asked. */
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

/** Whether nothing can come any more: this machine does not have the address any more that the connection was made from. */
function isFromElsewhere(socket: Duplex): boolean {
  const address = socket instanceof Socket ? socket.localAddress : undefined
  if (address === undefined) return false
  const own = address.replace(/^::ffff:|%.*$/g, '')
  // All of 127.0.0.0/8 is this machine, and only its first address is listed.
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
