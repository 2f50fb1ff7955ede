import type { MessagePort } from 'node:worker_threads'
import { z } from 'zod'
import type { FrameStream } from '../wire/frame-stream.ts'
import { PORT_WINDOW_BYTES, type PortMessage } from './worker/port-duplex.ts'

/** A piece of the data of the bulk connection, when that is carried by a stream of the link. */
export const Carried = z.object({ bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array) })

/**
 * Copies the thread's bytes to a stream of the link, and the received bytes to the thread. This is slower than a
 * separate connection, but works wherever two devices can connect at all. Resolves when both directions have ended.
 */
export async function pumpPort(port: MessagePort, stream: FrameStream): Promise<void> {
  let isOver = false
  // The thread has closed the port, so the other side must not wait for more data.
  port.on('close', () => isOver || stream.abort())
  try {
    await Promise.all([sendAll(port, stream), receiveAll(port, stream)])
  } finally {
    isOver = true
    port.close()
  }
}

function sendAll(port: MessagePort, stream: FrameStream): Promise<void> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  let sending = Promise.resolve()
  port.on('message', (message: PortMessage) => {
    if (message.type === 'taken') return
    sending = sending
      .then(() => (message.type === 'end' ? stream.finish().then(resolve) : send(message.bytes)))
      .catch(reject)
  })
  port.on('close', () => resolve())
  const send = async (bytes: Uint8Array) => {
    await stream.send({ bytes })
    port.postMessage({ type: 'taken', bytes: bytes.length } satisfies PortMessage)
  }
  return ended
}

async function receiveAll(port: MessagePort, stream: FrameStream): Promise<void> {
  let underway = 0
  let room = Promise.withResolvers<void>()
  port.on('message', (message: PortMessage) => {
    if (message.type !== 'taken') return
    underway -= message.bytes
    room.resolve()
  })
  port.on('close', () => room.resolve())
  for (;;) {
    const carried = await stream.receive(Carried)
    if (!carried) break
    underway += carried.bytes.length
    const bytes = new Uint8Array(carried.bytes)
    port.postMessage({ type: 'bytes', bytes } satisfies PortMessage, [bytes.buffer])
    if (underway < PORT_WINDOW_BYTES) continue
    room = Promise.withResolvers<void>()
    await room.promise
  }
  port.postMessage({ type: 'end' } satisfies PortMessage)
}
