import { expect, test } from 'vitest'
import { parseReply } from './process-reply.ts'

const failure = { id: 1, ok: false, code: 'Corrupt', message: 'it ends early', last: false }

test.each([
  { ready: true },
  { compiled: true },
  { id: 1, progress: 0.5 },
  { id: 1, ok: true, reply: undefined },
  { id: 1, ok: true, reply: { any: ['thing'] } },
  failure,
])('%j is a reply', (message) => {
  expect(parseReply(message)).toBe(message)
})

test.each([
  [null],
  ['ready'],
  [[]],
  [{}],
  [{ ready: false }],
  [{ ready: true, compiled: true }],
  [{ id: 1 }],
  [{ id: 1.5, progress: 0.5 }],
  [{ id: 1, progress: Number.NaN }],
  [{ id: 1, progress: '0.5' }],
  [{ id: 1, ok: true }],
  [{ id: '1', ok: true, reply: null }],
  [{ id: 1, ok: true, reply: null, last: true }],
  [{ ...failure, code: 'Unheard' }],
  [{ ...failure, message: {} }],
  [{ ...failure, last: 0 }],
  [{ ...failure, details: null }],
  [{ ready: true, constructor: 1 }],
  [JSON.parse('{ "ready": true, "__proto__": true }')],
])('%j is no reply', (message) => {
  expect(() => parseReply(message)).toThrow('it is no reply')
})
