import { setTimeout as wait } from 'node:timers/promises'
import type { DeviceId } from '@spacedrive/core/domain'
import type { DeviceCard } from '../../core/src/network/registry/device-card.ts'
import type { TaskContext } from './tasks.ts'

const POLL_MS = 5
/** Nothing measured here takes this long; what does is broken. */
const GIVE_UP_MS = 60_000

/** A device as another process is told of it: ids and addresses are text. */
export type Card = DeviceCard

/** What the process with the engine can be asked about the network. */
export const networkTasks = {
  /** Starts networking, under a name; resolves to what others need to know of this device. */
  async networkStart({ core }: TaskContext, { discovery, name }: { discovery: boolean; name: string }): Promise<Card> {
    await core.renameDevice(name)
    await core.config.set('network.discovery', String(discovery))
    await core.network.start()
    return core.network.card()
  },

  /** Writes others into this device's list, as pairing does. Without addresses it does not dial them. */
  networkKnow({ core }: TaskContext, { cards }: { cards: readonly Card[] }): void {
    for (const card of cards) core.network.registry.add(card)
  },

  async networkConnected({ core }: TaskContext, { count }: { count: number }): Promise<void> {
    await until(() => core.network.sessions.connected().length === count)
  },

  /** Drops a device and connects to it again, by a question; milliseconds to the answer, and of one more question. */
  async networkReconnect({ core }: TaskContext, { device, times }: { device: string; times: number }) {
    const id = device as DeviceId
    const { messages, registry, sessions } = core.network
    const signal = AbortSignal.timeout(GIVE_UP_MS)
    const first: number[] = []
    const next: number[] = []
    for (let n = 0; n < times; n++) {
      // Who is kept away does not dial for a minute: the connection that comes is the one asked for here.
      registry.setBlocked(id, true)
      await until(() => sessions.get(id) === null)
      await wait(SETTLE_MS)
      const begun = performance.now()
      registry.setBlocked(id, false)
      await messages.ping(id, signal)
      const answered = performance.now()
      await messages.ping(id, signal)
      first.push(answered - begun)
      next.push(performance.now() - answered)
    }
    return { first, next }
  },

  async pairingGenerate({ core }: TaskContext, _input: object) {
    const { words } = await core.network.pairing.generate({ autoAccept: true })
    return { words }
  },

  /** Milliseconds from the words to both devices having stored each other. */
  async pairingJoin({ core }: TaskContext, { words }: { words: string }) {
    const begun = performance.now()
    await core.network.pairing.join({ code: words, autoAccept: true }, AbortSignal.timeout(GIVE_UP_MS))
    return performance.now() - begun
  },
}

/** So long after a connection has ended the other side has seen it, too, in milliseconds. */
const SETTLE_MS = 200

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`what is waited for does not come: ${String(condition)}`)
    await wait(POLL_MS)
  }
}
