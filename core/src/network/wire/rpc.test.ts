import { expect, test } from 'vitest'
import { z } from 'zod'
import { createStreamPair } from '../../../testing/memory-network/index.ts'
import type { DeviceId, PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { FrameStream } from './frame-stream.ts'
import type { Peer, ProtocolHandler } from './protocol.ts'
import { answering, ask, type Rpc } from './rpc.ts'

const questions = {
  double: { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) },
  nothing: { input: z.undefined(), output: z.undefined() },
  never: { input: z.null(), output: z.null(), deadlineMs: 50 },
  fail: { input: z.enum(['known', 'unknown']), output: z.null() },
  wrong: { input: z.null(), output: z.string() },
}
const rpc: Rpc<typeof questions> = { name: 'sums', version: 1, maxFrameBytes: 10_000, maxStreams: 4, questions }

const handler = answering(rpc, {
  double: async ({ n }) => ({ n: 2 * n }),
  nothing: async () => undefined,
  never: (_input, _peer, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  fail: async (how) => {
    throw how === 'known' ? new CoreError('NotFound', 'no such thing') : new Error('a secret of this device')
  },
  wrong: async () => 7 as never,
})

test('a question has its answer', async () => {
  expect(await ask(peerOf(handler), { rpc, verb: 'double', input: { n: 21 } }, forever())).toEqual({ n: 42 })
  expect(await ask(peerOf(handler), { rpc, verb: 'nothing', input: undefined }, forever())).toBeUndefined()
})

test('an error that is meant for the other side is thrown there', async () => {
  const asked = ask(peerOf(handler), { rpc, verb: 'fail', input: 'known' }, forever())
  await expect(asked).rejects.toMatchObject({ code: 'NotFound', message: 'bob: no such thing' })
})

test('of any other error the other side learns nothing, and this one all', async () => {
  const peer = peerOf(handler)
  const asked = ask(peer, { rpc, verb: 'fail', input: 'unknown' }, forever())
  await expect(asked).rejects.toMatchObject({ code: 'Internal', message: expect.not.stringContaining('secret') })
  await expect(peer.served[0]).rejects.toThrow('a secret of this device')
})

test('an answer that does not come ends with the deadline of the question', async () => {
  await expect(ask(peerOf(handler), { rpc, verb: 'never', input: null }, forever())).rejects.toMatchObject({
    code: 'Timeout',
  })
})

test('the answering side hears of the deadline, and says so', async () => {
  const stream = await peerOf(handler).open(rpc)
  await stream.send({ id: 3, verb: 'never', input: null })
  expect(await stream.receive(z.unknown())).toMatchObject({ id: 3, error: { code: 'Timeout' } })
})

test('who asks may stop waiting', async () => {
  const controller = new AbortController()
  const asked = ask(peerOf(handler), { rpc, verb: 'never', input: null }, controller.signal)
  controller.abort(new Error('never mind'))
  await expect(asked).rejects.toThrow('never mind')
})

test('an answer of the wrong shape is not taken', async () => {
  await expect(ask(peerOf(handler), { rpc, verb: 'wrong', input: null }, forever())).rejects.toMatchObject({
    code: 'InvalidInput',
  })
})

test('what is asked in the wrong shape is answered with what is wrong', async () => {
  const stream = await peerOf(handler).open(rpc)
  await stream.send({ id: 1, verb: 'double', input: { n: 'two' } })
  expect(await stream.receive(z.unknown())).toMatchObject({ id: 1, error: { code: 'InvalidInput' } })
})

test('a verb of any name is answered, not called', async () => {
  for (const verb of ['toString', '__proto__', 'constructor']) {
    const stream = await peerOf(handler).open(rpc)
    await stream.send({ id: 1, verb, input: null })
    expect(await stream.receive(z.unknown())).toMatchObject({ error: { code: 'Unsupported' } })
  }
})

test('an answer to another question is none', async () => {
  const peer = peerOf({
    protocol: rpc,
    async serve(stream) {
      await stream.receive(z.unknown())
      await stream.send({ id: -1, output: { n: 1 } })
    },
  })
  await expect(ask(peer, { rpc, verb: 'double', input: { n: 1 } }, forever())).rejects.toMatchObject({
    code: 'Unavailable',
  })
})

/** A peer whose streams `serve` answers directly, without a network. `served` has one promise for each stream. */
function peerOf({
  serve,
}: ProtocolHandler): Peer & { served: Promise<void>[]; open(rpc: object): Promise<FrameStream> } {
  const signal = forever()
  const served: Promise<void>[] = []
  const peer = {
    id: 'bob' as DeviceId,
    key: 'ab'.repeat(32) as PeerKey,
    name: 'bob',
    signal,
    served,
    path: () => null,
    async open() {
      const [near, far] = createStreamPair()
      const serving = serve(new FrameStream(far, rpc), peer, signal)
      serving.catch(() => far.abort())
      served.push(serving)
      return new FrameStream(near, rpc)
    },
  }
  return peer
}

function forever(): AbortSignal {
  return new AbortController().signal
}
