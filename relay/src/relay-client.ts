import { randomBytes } from 'node:crypto'
import type { PeerKey } from '@spacedrive/core/relay-protocol'
import type { WebSocket } from 'ws'
import { Rate } from './rate.ts'
import {
  authenticate,
  CHALLENGE_BYTES,
  deniedFrame,
  kinds,
  type Packet,
  PING_BYTES,
  readPacket,
} from './relay-frames.ts'
import type { RelayMetrics } from './relay-metrics.ts'

/** How long a device may take to prove its key, in milliseconds. */
const AUTH_TIMEOUT_MS = 10_000
/** How often a device is pinged, in milliseconds. A device that is silent for three intervals is disconnected. */
const PING_INTERVAL_MS = 15_000
const SILENT_AFTER_MS = 3 * PING_INTERVAL_MS
/** Most bytes that wait for a device that reads slowly. More packets are dropped, as in a full router. */
const QUEUE_BYTES = 4 * 1_048_576

export interface RelayClientDeps {
  readonly socket: WebSocket
  readonly metrics: RelayMetrics
  readonly bytesPerSecond: number
  /** The rate of all devices together. */
  readonly total: Rate
  readonly ticks: () => number
  readonly mayEnter: (key: PeerKey) => boolean
  readonly onEntered: (key: PeerKey) => void
  readonly onPacket: (packet: Packet, sender: PeerKey) => void
}

/** A device connected to the relay. Until it has proved its key, it neither gets packets nor can send any. */
export class RelayClient {
  readonly #deps: RelayClientDeps
  readonly #rate: Rate
  readonly #challenge = randomBytes(CHALLENGE_BYTES)
  readonly #ping: NodeJS.Timeout
  readonly #authTimer: NodeJS.Timeout
  /** Devices that have sent packets to this one. Devices that leave the relay are removed. */
  readonly #heardFrom = new Set<PeerKey>()
  #state: 'new' | 'proving' | PeerKey = 'new'
  #heardAt: number
  #resume: NodeJS.Timeout | null = null

  constructor(deps: RelayClientDeps) {
    this.#deps = deps
    this.#rate = new Rate(deps.bytesPerSecond, deps.ticks)
    this.#heardAt = deps.ticks()
    this.#ping = setInterval(() => this.#checkAlive(), PING_INTERVAL_MS)
    this.#authTimer = setTimeout(() => this.#refuse('too slow', 'no proof of a key came'), AUTH_TIMEOUT_MS)
    const { socket } = deps
    socket.on('message', (data) => this.#take(data as Buffer))
    socket.on('close', () => this.#stop())
    // An error is always followed by `close`.
    socket.on('error', () => {})
    this.#send(Buffer.concat([Buffer.of(kinds.challenge), this.#challenge]))
  }

  /** Sends a packet to the device, or drops it if too much is waiting. */
  deliver(frame: Uint8Array, sender: PeerKey): void {
    this.#heardFrom.add(sender)
    if (this.#deps.socket.bufferedAmount > QUEUE_BYTES) return this.#deps.metrics.dropped('queue full')
    this.#deps.metrics.forwarded(frame.length)
    this.#send(frame)
  }

  /** Tells the device that another one has left, but only if it got packets from it. Skipped if too much is waiting. */
  gone(key: PeerKey): void {
    if (this.#heardFrom.delete(key) && this.#deps.socket.bufferedAmount <= QUEUE_BYTES)
      this.#send(Buffer.concat([Buffer.of(kinds.gone), Buffer.from(key, 'hex')]))
  }

  close(): void {
    this.#deps.socket.close(CLOSE_GOING_AWAY)
    this.#stop()
  }

  #take(frame: Buffer): void {
    this.#heardAt = this.#deps.ticks()
    this.#hold(frame.length)
    if (this.#state === 'new') {
      this.#state = 'proving'
      this.#prove(frame).catch(() => this.close())
      return
    }
    if (this.#state === 'proving') return this.#deps.socket.close(CLOSE_REFUSED)
    if (frame[0] === kinds.ping) return this.#answerPing(frame)
    if (frame[0] !== kinds.send && frame[0] !== kinds.sendBatch) return
    const packet = readPacket(frame)
    if (packet) this.#deps.onPacket(packet, this.#state)
    else this.#deps.metrics.dropped('malformed')
  }

  async #prove(frame: Buffer): Promise<void> {
    const key = await authenticate(frame, this.#challenge)
    if (!key) return this.#refuse('signature', 'the key is not proved')
    if (!this.#deps.mayEnter(key)) return this.#refuse('key', 'this device is not on the list of this relay')
    if (this.#deps.socket.readyState !== this.#deps.socket.OPEN) return
    clearTimeout(this.#authTimer)
    this.#state = key
    this.#deps.onEntered(key)
    this.#deps.metrics.connected()
    this.#send(Buffer.of(kinds.accepted))
  }

  #answerPing(frame: Buffer): void {
    if (frame.length !== 1 + PING_BYTES) return
    this.#send(Buffer.concat([Buffer.of(kinds.pong), frame.subarray(1)]))
  }

  /** Stops reading from a device that exceeds its rate, so that its data waits on its side. */
  #hold(bytes: number): void {
    const wait = Math.max(this.#rate.take(bytes), this.#deps.total.take(bytes))
    if (wait === 0 || this.#resume) return
    this.#deps.metrics.waited()
    this.#deps.socket.pause()
    this.#resume = setTimeout(() => {
      this.#resume = null
      this.#heardAt = this.#deps.ticks()
      this.#deps.socket.resume()
    }, wait)
  }

  #checkAlive(): void {
    if (this.#deps.ticks() - this.#heardAt > SILENT_AFTER_MS && !this.#resume) return this.#deps.socket.terminate()
    this.#send(Buffer.concat([Buffer.of(kinds.ping), randomBytes(PING_BYTES)]))
  }

  #refuse(reason: 'too slow' | 'signature' | 'key', sentence: string): void {
    this.#deps.metrics.refused(reason)
    this.#send(deniedFrame(sentence))
    this.#deps.socket.close(CLOSE_REFUSED)
  }

  #send(frame: Uint8Array): void {
    if (this.#deps.socket.readyState === this.#deps.socket.OPEN) this.#deps.socket.send(frame)
  }

  #stop(): void {
    clearInterval(this.#ping)
    clearTimeout(this.#authTimer)
    if (this.#resume) clearTimeout(this.#resume)
  }
}

/** RFC 6455 §7.4.1. */
const CLOSE_GOING_AWAY = 1001
const CLOSE_REFUSED = 1008
