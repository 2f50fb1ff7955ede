import assert from 'node:assert/strict'
import { z } from 'zod'
import type { ByteStream } from '../../../core/src/network/transport/transport.ts'
import { FrameStream } from '../../../core/src/network/wire/frame-stream.ts'
import { packMessage } from '../../../core/src/network/wire/message-pack.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const MAX_FRAME_BYTES = 256

export const target: FuzzTarget = {
  reads: 'streams of other devices: frames with a length before them, cut anywhere',
  guides: ['core/src/network/wire/'],
  maxBytes: 600,
  seeds: () => [
    Buffer.concat([Buffer.of(3), ...[1, 'two', { three: [3] }].map(framed)]),
    Buffer.concat([Buffer.of(200), framed('x'.repeat(100))]),
    Buffer.of(1, 0, 0, 1, 0),
  ],
  async run(bytes) {
    const [pieceBytes = 1] = bytes
    const whole = await receiveAll(bytes.subarray(1), 65_536)
    const cut = await receiveAll(bytes.subarray(1), Math.max(1, pieceBytes))
    assert.deepEqual(cut, whole, 'a stream is read otherwise if it comes in pieces')
    return `${whole.messages} ${whole.end}`
  },
}

async function receiveAll(bytes: Uint8Array, pieceBytes: number) {
  let at = 0
  let aborted = false
  const stream: ByteStream = {
    read(max) {
      const piece = bytes.subarray(at, at + Math.min(max, pieceBytes))
      at += piece.length
      return Promise.resolve(piece.length === 0 ? null : piece)
    },
    write: () => Promise.resolve(),
    finish: () => Promise.resolve(),
    abort: () => void (aborted = true),
  }
  const frames = new FrameStream(stream, { maxFrameBytes: MAX_FRAME_BYTES })
  for (let messages = 0; ; messages++) {
    const read = await readOrRefuse(() => frames.receive(z.object({ value: z.unknown() }).or(z.unknown())), {
      codes: ['InvalidInput'],
    })
    const isEnd = 'refused' in read || (read.value === null && at >= bytes.length)
    if (!isEnd) continue
    assert.equal(aborted, 'refused' in read, 'a stream that was refused is given up, and no other one')
    return { messages, end: 'refused' in read ? read.refused : 'end' }
  }
}

function framed(message: unknown): Uint8Array {
  const body = packMessage(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}
