import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createStreamPair } from '../../../testing/memory-network/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { ByteStream } from '../transport/transport.ts'
import { FrameStream, LENGTH_BYTES } from './frame-stream.ts'
import { packMessage } from './message-pack.ts'

const Greeting = z.object({ text: z.string() })
const MAX_FRAME_BYTES = 100_000

test('messages arrive whole and in order, and then the end', async () => {
  const { sender, receiver } = pair()
  const texts = ['one', '', 'x'.repeat(90_000), 'four']
  await Promise.all(texts.map((text) => sender.send({ text })))
  await sender.finish()
  for (const text of texts) expect(await receiver.receive(Greeting)).toEqual({ text })
  expect(await receiver.receive(Greeting)).toBeNull()
})

test('messages arrive whatever pieces they come in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ maxLength: 50 }), { maxLength: 5 }), fc.nat(30), async (texts, cut) => {
      const frames = Buffer.concat(texts.map((text) => frame(packMessage({ text }))))
      const [near, far] = createStreamPair()
      const receiver = new FrameStream(far, { maxFrameBytes: MAX_FRAME_BYTES })
      for (let at = 0; at < frames.length; at += cut + 1) await near.write(frames.subarray(at, at + cut + 1))
      await near.finish()
      for (const text of texts) expect(await receiver.receive(Greeting)).toEqual({ text })
      expect(await receiver.receive(Greeting)).toBeNull()
    }),
  )
})

test('no byte of what follows a message is taken', async () => {
  const [near, far] = createStreamPair()
  const receiver = new FrameStream(far, { maxFrameBytes: MAX_FRAME_BYTES })
  await near.write(Buffer.concat([frame(packMessage({ text: 'hi' })), Buffer.from('raw')]))
  expect(await receiver.receive(Greeting)).toEqual({ text: 'hi' })
  expect(Buffer.from((await far.read(10))!).toString()).toBe('raw')
})

test('a message that is too large is not sent, and the next one is', async () => {
  const { sender, receiver } = pair()
  await expect(sender.send({ text: 'x'.repeat(MAX_FRAME_BYTES) })).rejects.toMatchObject({ code: 'InvalidInput' })
  await sender.send({ text: 'small' })
  expect(await receiver.receive(Greeting)).toEqual({ text: 'small' })
})

test('a giant length is refused before anything is kept', async () => {
  const [near, far] = createStreamPair()
  const receiver = new FrameStream(far, { maxFrameBytes: MAX_FRAME_BYTES })
  await near.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
  await expect(receiver.receive(Greeting)).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(near.write(Buffer.alloc(10))).rejects.toMatchObject({ code: 'Unavailable' })
})

test('a length without its message takes no memory', async () => {
  const asked: number[] = []
  const [near, far] = createStreamPair()
  const watched: ByteStream = {
    read(max) {
      asked.push(max)
      return far.read(max)
    },
    write: (bytes) => far.write(bytes),
    finish: () => far.finish(),
    abort: () => far.abort(),
  }
  const receiver = new FrameStream(watched, { maxFrameBytes: 2 ** 31 })
  await near.write(Buffer.from([0x7f, 0xff, 0xff, 0xff, 1, 2, 3]))
  await near.finish()
  await expect(receiver.receive(Greeting)).rejects.toMatchObject({ code: 'InvalidInput' })
  expect(Math.max(...asked)).toBeLessThanOrEqual(65_536)
})

test('a message that is cut off is refused', async () => {
  const whole = frame(packMessage({ text: 'hello' }))
  for (let length = 1; length < whole.length; length++) {
    const [near, far] = createStreamPair()
    const receiver = new FrameStream(far, { maxFrameBytes: MAX_FRAME_BYTES })
    await near.write(whole.subarray(0, length))
    await near.finish()
    await expect(receiver.receive(Greeting)).rejects.toMatchObject({ code: 'InvalidInput' })
  }
})

test('whatever a peer sends ends in messages, the end, or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyFrame, { maxLength: 4 }), async (frames) => {
      const [near, far] = createStreamPair()
      const receiver = new FrameStream(far, { maxFrameBytes: 1_000 })
      await near.write(Buffer.concat(frames))
      await near.finish()
      await expectSoundEnd(receiver)
    }),
    { numRuns: 1_000 },
  )
})

test('a message of the wrong shape is refused and gives up the stream', async () => {
  const { sender, receiver } = pair()
  await sender.send({ text: 7 })
  await expect(receiver.receive(Greeting)).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(sender.send({ text: 'more' })).rejects.toMatchObject({ code: 'Unavailable' })
})

async function expectSoundEnd(receiver: FrameStream): Promise<void> {
  const ended = receiveAll(receiver).catch((err: unknown) => (err instanceof CoreError ? err.code : err))
  expect(['end', 'InvalidInput']).toContain(await ended)
}

async function receiveAll(receiver: FrameStream): Promise<'end'> {
  for (let message = await receiver.receive(Greeting); message; message = await receiver.receive(Greeting))
    expect(message).toEqual({ text: expect.any(String) })
  return 'end'
}

const anyFrame = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.uint8Array({ maxLength: 60 }).map(frame),
  fc.anything().map((value) => frame(packMessage(fc.stringify(value)))),
  fc.string({ maxLength: 50 }).map((text) => frame(packMessage({ text }))),
)

function frame(body: Uint8Array): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

function pair() {
  const [near, far] = createStreamPair()
  return {
    sender: new FrameStream(near, { maxFrameBytes: MAX_FRAME_BYTES }),
    receiver: new FrameStream(far, { maxFrameBytes: MAX_FRAME_BYTES }),
  }
}
