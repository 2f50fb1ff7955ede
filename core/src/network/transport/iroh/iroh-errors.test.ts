import { expect, test } from 'vitest'
import { irohMessage, linkEnd, MAX_REASON } from './iroh-errors.ts'

test('of an error of Iroh its sentences are kept, without its backtrace and the places in its source', () => {
  const err = new Error(
    'ConnectError::Connect (/root/.cargo/registry/src/iroh-1.0.2/src/endpoint.rs:1057:26)\nCaused by:\n    Connecting to ourself is not supported (/root/x.rs:1112:9)\n\nStack backtrace:\n   0: <anyhow::Error>',
  )
  expect(irohMessage(err)).toBe('Connecting to ourself is not supported')
})

test.each([
  ['closed', { by: 'local', reason: '' }],
  ['closed by peer: bye (code 7)', { by: 'remote', reason: 'bye' }],
  ['closed by peer: two\nlines (code 1) (code 7)', { by: 'remote', reason: 'two\nlines (code 1)' }],
  ['closed by peer:  (code 0)', { by: 'remote', reason: '' }],
  ['closed by peer: 0', { by: 'remote', reason: '' }],
  ['timed out', { by: 'lost', reason: 'no sign of life for 30 seconds' }],
  ['reset by peer', { by: 'lost', reason: 'reset by peer' }],
] as const)('%j', (sentence, end) => {
  expect(linkEnd(sentence)).toEqual(end)
})

test('a reason is as long as it may be, whatever the other side says', () => {
  expect(linkEnd(`closed by peer: ${'x'.repeat(10_000)} (code 1)`).reason).toHaveLength(MAX_REASON)
})
