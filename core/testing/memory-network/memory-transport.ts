import { createPrivateKey, createPublicKey } from 'node:crypto'
import { PeerKey } from '../../src/domain/index.ts'
import {
  type Alpn,
  alpns,
  DIAL_TIMEOUT_MS,
  type DialHints,
  type DialOptions,
  type Link,
  type Transport,
} from '../../src/network/transport/transport.ts'
import { CoreError } from '../../src/util/errors.ts'
import type { MemoryLink } from './memory-link.ts'
import type { MemoryNetwork } from './memory-network.ts'

export interface MemoryTransportOptions {
  readonly network: MemoryNetwork
  readonly machine: string
  /** 32 bytes. */
  readonly seed: Uint8Array
  readonly port: number
  readonly alpns: readonly Alpn[]
}

/** One endpoint of a network in memory. */
export class MemoryTransport implements Transport {
  readonly key: PeerKey
  readonly machine: string
  readonly port: number
  readonly #network: MemoryNetwork
  readonly #links = new Set<MemoryLink>()
  #alpns: readonly Alpn[]
  #listener: ((link: Link) => void) | null = null
  #isClosed = false

  constructor({ network, machine, seed, port, ...options }: MemoryTransportOptions) {
    this.#network = network
    this.machine = machine
    this.port = port
    this.#alpns = options.alpns
    this.key = keyOfSeed(seed)
  }

  setAlpns(list: readonly Alpn[]): void {
    this.#alpns = list
  }

  addresses(): readonly string[] {
    return this.#isClosed ? [] : [this.#network.addressOf(this)]
  }

  listening(): readonly string[] {
    return this.addresses()
  }

  routerProblem(): null {
    return null
  }

  relay(): string | null {
    return null
  }

  onPeer(listener: (link: Link) => void): void {
    this.#listener = listener
  }

  async dial(key: PeerKey, { addresses }: DialHints, { alpn, signal }: DialOptions): Promise<Link> {
    signal.throwIfAborted()
    if (this.#isClosed) throw new CoreError('Unavailable', 'networking has stopped')
    if (key === this.key) throw new CoreError('InvalidInput', 'a device cannot connect to itself')
    if (addresses.length === 0) throw new CoreError('Unavailable', 'no address of the device is known')
    const { promise, resolve, reject } = Promise.withResolvers<Link>()
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    using _deadline = this.#network.clock.after(DIAL_TIMEOUT_MS, () =>
      reject(new CoreError('Timeout', `no answer within ${DIAL_TIMEOUT_MS / 1_000} s`)),
    )
    let isWanted = true
    let failures = 0
    const back = (run: () => void) => this.#network.clock.after(this.#network.delay(), run)
    const arrive = (address: string) => {
      const target = this.#network.endpointAt(address)
      if (!isWanted || !target || !this.#network.reaches(this.machine, target.machine)) return
      const refusal = target.#refusal({ key, alpn })
      if (refusal) {
        back(() => ++failures === addresses.length && reject(refusal))
        return
      }
      const { near, far } = this.#network.join(this, target, alpn)
      target.#links.add(far)
      target.#listener!(far)
      back(() => {
        if (!isWanted || this.#isClosed) return near.close('no longer wanted')
        isWanted = false
        this.#links.add(near)
        resolve(near)
      })
    }
    for (const address of addresses) this.#network.clock.after(this.#network.delay(), () => arrive(address))
    try {
      return await promise
    } finally {
      isWanted = false
      signal.removeEventListener('abort', onAbort)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const link of this.#links) link.close('networking has stopped')
    this.#network.leave(this)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** As when its process is killed: nobody is told. */
  kill(): void {
    this.#isClosed = true
    this.#network.leave(this)
    for (const link of this.#links) link.ended({ by: 'lost', reason: 'this endpoint was killed' })
  }

  #refusal({ key, alpn }: { key: PeerKey; alpn: Alpn }): CoreError | null {
    if (this.key !== key) return new CoreError('NotAuthorised', 'another device answers at that address')
    if (!this.#alpns.includes(alpn))
      return new CoreError('Unavailable', 'the device does not take this kind of connection now')
    if (!this.#listener) return new CoreError('Unavailable', 'the device takes no connections now')
    return null
  }
}

export const allAlpns: readonly Alpn[] = Object.values(alpns)

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const KEY_BYTES = 32

function keyOfSeed(seed: Uint8Array): PeerKey {
  const key = createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return PeerKey.parse(spki.subarray(-KEY_BYTES).toString('hex'))
}
