import assert from 'node:assert/strict'
import {
  decodeRequest,
  encodeReply,
  encodeRequest,
  REQUEST_BYTES,
  type Reply,
} from '../../../core/src/network/bulk/frames.ts'
import { ReplyReader } from '../../../core/src/network/bulk/reply-reader.ts'
import { inPieces } from '../pieces.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const hash = Buffer.alloc(32, 1)

export const target: FuzzTarget = {
  reads: 'replies and requests of a transfer: pieces of files, hashes, failures',
  guides: ['core/src/network/bulk/frames.ts', 'core/src/network/bulk/reply-reader.ts'],
  maxBytes: 400,
  seeds: () => [
    Buffer.concat([
      ...encodeReply({ type: 'chunk', item: 1, offset: 4096, hash, bytes: Buffer.from('piece') }),
      ...encodeReply({ type: 'failed', item: 2, code: 'NotFound', message: 'gone' }),
    ]),
    Buffer.concat([
      ...encodeReply({ type: 'full-hash', item: 3, hash }),
      ...encodeReply({ type: 'chunk-hashes', item: 4, hashes: Buffer.concat([hash, hash]) }),
    ]),
    encodeRequest({ type: 'chunk', item: 5, offset: 2 ** 40, length: 1024 }),
    encodeRequest({ type: 'chunk-hashes', item: 6 }),
  ],
  async run(bytes) {
    const whole = await repliesOf([bytes])
    assert.deepEqual(await repliesOf(inPieces(bytes, 7)), whole, 'replies are read otherwise if they come in pieces')
    // What was read says the same when it is sent on.
    const sent = whole.replies.flatMap((reply) => encodeReply(reply))
    assert.deepEqual((await repliesOf(sent)).replies, whole.replies)
    return `${whole.replies.map(({ type }) => type).join()} ${whole.end} ${await requestOf(bytes)}`
  },
}

async function repliesOf(pieces: readonly Uint8Array[]) {
  const replies: Reply[] = []
  const reader = new ReplyReader({ onHead: () => {}, onReply: (reply) => replies.push(withOwnBytes(reply)) })
  const read = await readOrRefuse(() => pieces.forEach((piece) => reader.push(piece)), { codes: ['InvalidInput'] })
  return { replies, end: 'refused' in read ? read.refused : 'open' }
}

function withOwnBytes(reply: Reply): Reply {
  if (reply.type === 'failed') return reply
  const copy = (bytes: Uint8Array) => Uint8Array.from(bytes)
  if (reply.type === 'full-hash') return { ...reply, hash: copy(reply.hash) }
  if (reply.type === 'chunk-hashes') return { ...reply, hashes: copy(reply.hashes) }
  return { ...reply, hash: copy(reply.hash), bytes: copy(reply.bytes) }
}

async function requestOf(bytes: Uint8Array): Promise<string> {
  if (bytes.length < REQUEST_BYTES) return ''
  const read = await readOrRefuse(() => decodeRequest(bytes), { codes: ['InvalidInput'] })
  if ('refused' in read) return read.refused
  assert.deepEqual(decodeRequest(encodeRequest(read.value)), read.value)
  return read.value.type
}
