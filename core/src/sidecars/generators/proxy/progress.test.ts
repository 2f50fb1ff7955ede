import { expect, test } from 'vitest'
import { deadlineMs } from './limits.ts'
import { Progress } from './progress.ts'

const block = (frame: number, bytes = 1) => Buffer.from(`frame=${frame}\ntotal_size=${bytes}\nprogress=continue\n`)

test('how far it is, also where lines come in parts', () => {
  const progress = new Progress({ maxBytes: 100 })
  const bytes = block(12)
  progress.read(bytes.subarray(0, 7))
  progress.read(bytes.subarray(7))
  expect(progress.pictures).toBe(12)
  expect(progress.signal.aborted).toBe(false)
})

test('one that says the same over and over makes no progress', () => {
  const progress = new Progress({ maxBytes: 100 })
  expect([block(3), block(3), block(4), block(4)].map((each) => progress.read(each))).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('a copy that grows and grows is given up', () => {
  const progress = new Progress({ maxBytes: 100 })
  progress.read(block(1, 101))
  expect(progress.signal.reason).toMatchObject({ code: 'Unsupported' })
})

test('a film has an hour more for each gigabyte, up to 24 days', () => {
  expect(deadlineMs({ size: 2 ** 30 })).toBe(3 * 3_600_000)
  expect(deadlineMs({ size: 2 ** 44 })).toBe(24 * 24 * 3_600_000)
})
