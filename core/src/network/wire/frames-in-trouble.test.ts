import { expect, test } from 'vitest'
import { z } from 'zod'
import { createMemoryNetwork } from '../../../testing/memory-network/index.ts'
import { alpns, type Link } from '../transport/transport.ts'
import { FrameStream } from './frame-stream.ts'

const Numbered = z.object({ n: z.int(), padding: z.instanceof(Uint8Array) })
const limits = { maxFrameBytes: 300_000 }

test.each(Array.from({ length: 25 }, (_, seed) => seed))(
  'messages arrive once and in order over a network in trouble (seed %i)',
  async (seed) => {
    const network = createMemoryNetwork({ seed, latencyMs: 10, jitterMs: 80, loss: 0.2 })
    const alice = network.open('alice')
    const bob = network.open('bob')
    const received: number[] = []
    bob.onPeer((link) => link.onStream((stream) => void receiveAll(new FrameStream(stream, limits), received)))
    const hints = { addresses: bob.addresses(), relay: null }
    const link: Link = await network.resolved(alice.dial(bob.key, hints, { alpn: alpns.paired, signal: forever() }))
    const sender = new FrameStream(await link.openStream(forever()), limits)
    const sending = sendAll(sender, seed)

    for (let i = 0; i < 5; i++) {
      await network.advance(100 + seed)
      network.partition([['alice'], ['bob']])
      await network.advance(5_000)
      network.heal()
    }
    await network.resolved(sending, { withinMs: 600_000 })
    await network.until(() => received.length === MESSAGES, { withinMs: 600_000, what: 'all messages' })
    expect(received).toEqual(Array.from({ length: MESSAGES }, (_, n) => n))
  },
)

const MESSAGES = 60

async function sendAll(sender: FrameStream, seed: number): Promise<void> {
  for (let n = 0; n < MESSAGES; n++) await sender.send({ n, padding: new Uint8Array((n * 997 * (seed + 1)) % 200_000) })
  await sender.finish()
}

async function receiveAll(receiver: FrameStream, received: number[]): Promise<void> {
  for (let message = await receiver.receive(Numbered); message; message = await receiver.receive(Numbered))
    received.push(message.n)
}

function forever(): AbortSignal {
  return new AbortController().signal
}
