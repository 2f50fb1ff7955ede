import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CoreError } from '../../util/errors.ts'
import {
  CHUNK_BYTES,
  decodeReplyHead,
  decodeRequest,
  encodeReply,
  encodeRequest,
  HASH_BYTES,
  type Reply,
  REPLY_HEAD_BYTES,
  type Request,
  REQUEST_BYTES,
} from './frames.ts'
import { ReplyReader } from './reply-reader.ts'

const item = fc.integer({ min: 0, max: 0xffffffff })
const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    type: fc.constant('chunk' as const),
    item,
    offset: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    length: fc.integer({ min: 0, max: CHUNK_BYTES }),
  }),
  fc.record({ type: fc.constantFrom('full-hash' as const, 'chunk-hashes' as const), item }),
)
const hash = fc.uint8Array({ minLength: HASH_BYTES, maxLength: HASH_BYTES })
const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({
    type: fc.constant('chunk' as const),
    item,
    offset: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    hash,
    bytes: fc.uint8Array({ maxLength: 2_000 }),
  }),
  fc.record({ type: fc.constant('full-hash' as const), item, hash }),
  fc.record({ type: fc.constant('chunk-hashes' as const), item, hashes: fc.uint8Array({ maxLength: 2_000 }) }),
  fc.record({
    type: fc.constant('failed' as const),
    item,
    code: fc.constantFrom('NotFound' as const, 'Conflict' as const, 'Internal' as const),
    message: fc.string({ maxLength: 100 }),
  }),
)

function plain(of: Reply): unknown {
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => [key, value instanceof Uint8Array ? [...value] : value]),
  )
}

test('the vectors of docs/protocols/transfer.md', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  expect(hex(encodeRequest({ type: 'chunk', item: 1, offset: 1_048_576, length: 1_048_576 }))).toBe(
    '0100000001413000000000000000100000',
  )
  expect(hex(encodeRequest({ type: 'full-hash', item: 2 }))).toBe('0200000002000000000000000000000000')
  expect(hex(encodeRequest({ type: 'chunk-hashes', item: 0 }))).toBe('0300000000000000000000000000000000')
  const pieces = encodeReply({
    type: 'chunk',
    item: 1,
    offset: 0,
    hash: Buffer.alloc(32, 0xab),
    bytes: Buffer.from('hi'),
  })
  expect(hex(Buffer.concat(pieces))).toBe(`0100000001000000000000000000000022${'ab'.repeat(32)}6869`)
  const failed = encodeReply({ type: 'failed', item: 3, code: 'NotFound', message: 'gone' })
  expect(hex(Buffer.concat(failed))).toBe('040000000300000000000000000000000500676f6e65')
})

test('requests come back as they were', () => {
  fc.assert(
    fc.property(request, (each) => {
      expect(decodeRequest(encodeRequest(each))).toEqual(each)
    }),
  )
})

test('replies come back as they were, whatever pieces they come in', () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 700 })), (all, cuts) => {
      const bytes = Buffer.concat(all.flatMap((each) => encodeReply(each)))
      const got: Reply[] = []
      const reader = new ReplyReader({ onHead: () => {}, onReply: (each) => got.push(each) })
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const length = cuts[n % Math.max(1, cuts.length)] ?? 64
        reader.push(bytes.subarray(at, at + length))
        at += length
      }
      expect(got.map(plain)).toEqual(all.map(plain))
    }),
  )
})

function refusalOf(work: () => unknown): unknown {
  try {
    work()
    return null
  } catch (err) {
    return err
  }
}

function isOurs(err: unknown): boolean {
  return err === null || err instanceof CoreError
}

test('bytes that are none are refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: REQUEST_BYTES, maxLength: REQUEST_BYTES }), (bytes) => {
      for (const decode of [decodeRequest, decodeReplyHead]) {
        expect(refusalOf(() => decode(bytes))).toSatisfy(isOurs)
      }
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
      const reader = new ReplyReader({
        onHead: ({ length }) => {
          if (length > CHUNK_BYTES) throw new CoreError('Corrupt', 'nobody asked for so much')
        },
        onReply: () => {},
      })
      const push = () => pieces.forEach((piece) => reader.push(piece))
      expect(refusalOf(push)).toSatisfy(isOurs)
    }),
  )
})

test('a reply that nobody asked for is refused before anything of it is kept', () => {
  const head = Buffer.concat(encodeReply({ type: 'chunk-hashes', item: 0, hashes: new Uint8Array(64) }))
  const reader = new ReplyReader({
    onHead: () => {
      throw new CoreError('Corrupt', 'nobody asked')
    },
    onReply: () => expect.unreachable(),
  })
  expect(() => reader.push(head.subarray(0, REPLY_HEAD_BYTES))).toThrow('nobody asked')
})
