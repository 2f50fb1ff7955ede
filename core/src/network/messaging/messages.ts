import { randomBytes, randomUUID } from 'node:crypto'
import type { DeviceId, LibraryId } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { answering, askDevice } from '../wire/rpc.ts'
import { messages } from './protocol.ts'
import type { IsMember, NetworkLibrary } from './shared-libraries.ts'

export interface MessagesDeps {
  readonly peers: Peers
  readonly clock: Clock
  readonly libraries: () => readonly NetworkLibrary[]
  readonly isMember: IsMember
}

/** A message from a paired device. */
export interface Message {
  readonly id: string
  readonly from: Peer
  /** The media type, such as `text/plain` or `application/json`. */
  readonly contentType: string
  readonly payload: Uint8Array
}

export interface SharedLibrary {
  readonly id: LibraryId
  readonly name: string
}

/** How long a ping waits, in milliseconds. Attempts to connect continue after that. */
export const PING_MS = 3_000
/** Length of a ping's payload, in bytes: enough to recognize the reply. */
const PING_BYTES = 16

/** Short messages between paired devices: pings, data with a receipt, and the list of shared libraries. */
export class Messages {
  readonly #deps: MessagesDeps
  readonly #listeners = new Map<string, (message: Message) => void | Promise<void>>()

  constructor(deps: MessagesDeps) {
    this.#deps = deps
    deps.peers.handle(
      answering(messages, {
        ping: async ({ payload }) => ({ payload, clock: deps.clock.now() }),
        data: async ({ contentType, id, payload }, from) => {
          await this.#take({ id, contentType, payload, from })
          return { id }
        },
        libraries: async (_input, { id }) =>
          deps
            .libraries()
            .filter((library) => deps.isMember(library.id, id))
            .map((library) => ({ id: library.id, name: library.name })),
      }),
    )
  }

  /**
   * Milliseconds until a device has answered, without the time to connect to it. Throws the errors of `Peers.reach`,
   * and `Offline` if there is no answer within three seconds.
   */
  async ping(device: DeviceId, given: AbortSignal): Promise<number> {
    const { clock, peers } = this.#deps
    const late = new AbortController()
    using _limit = clock.after(PING_MS, () =>
      late.abort(
        new CoreError(
          'Offline',
          `the device has not answered within ${PING_MS / 1_000} s: it is off, or not on this network; run \`spacedrive network diagnose\` to find out why`,
        ),
      ),
    )
    const signal = AbortSignal.any([given, late.signal])
    await peers.reach(device, signal)
    const payload = new Uint8Array(randomBytes(PING_BYTES))
    const since = clock.ticks()
    const answer = await askDevice(peers, { device, rpc: messages, verb: 'ping', input: { payload } }, signal)
    if (!Buffer.from(answer.payload).equals(payload))
      throw new CoreError('InvalidInput', 'the other device answered a ping with other data')
    return clock.ticks() - since
  }

  /**
   * Sends up to 64 KiB to the listener for the content type. Resolves when the listener has handled it. Throws
   * `Unsupported` if there is no such listener.
   */
  async send(
    device: DeviceId,
    { contentType, payload }: { contentType: string; payload: Uint8Array<ArrayBuffer> },
    signal: AbortSignal,
  ): Promise<void> {
    const input = { id: randomUUID(), contentType, payload }
    await askDevice(this.#deps.peers, { device, rpc: messages, verb: 'data', input }, signal)
  }

  /** The libraries that are open on another device and that this device is a member of, as the other device reports. */
  libraries(device: DeviceId, signal: AbortSignal): Promise<readonly SharedLibrary[]> {
    return askDevice(this.#deps.peers, { device, rpc: messages, verb: 'libraries', input: {} }, signal)
  }

  /** Sets the listener for one content type. The sender gets its receipt when `listener` is done. */
  onMessage(contentType: string, listener: (message: Message) => void | Promise<void>): Disposable {
    if (this.#listeners.has(contentType))
      throw new CoreError('Conflict', `messages of ${contentType} are taken already`)
    this.#listeners.set(contentType, listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(contentType) }
  }

  async #take(message: Message): Promise<void> {
    const listener = this.#listeners.get(message.contentType)
    if (!listener)
      throw new CoreError('Unsupported', `the other device does not accept messages of type ${message.contentType}`)
    await listener(message)
  }
}
