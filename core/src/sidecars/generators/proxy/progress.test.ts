import { once } from 'node:events'
import { expect, test } from 'vitest'
import { deadlineMs } from './limits.ts'
import { Progress } from './progress.ts'

const block = (frame: number, bytes = 1) => Buffer.from(`frame=${frame}\ntotal_size=${bytes}\nprogress=continue\n`)

test('how far it is, also where lines come in parts', () => {
  using progress = new Progress({ maxBytes: 100 })
  const bytes = block(12)
  progress.read(bytes.subarray(0, 7))
  progress.read(bytes.subarray(7))
  expect(progress.pictures).toBe(12)
  expect(progress.signal.aborted).toBe(false)
})

test('one that says the same over and over is given up', async () => {
  using progress = new Progress({ maxBytes: 100, stallMs: 50 })
  const chatter = setInterval(() => progress.read(block(3)), 5)
  await once(progress.signal, 'abort')
  clearInterval(chatter)
  expect(progress.signal.reason).toMatchObject({ code: 'Timeout' })
})

test('a copy that grows and grows is given up', () => {
  using progress = new Progress({ maxBytes: 100 })
  progress.read(block(1, 101))
  expect(progress.signal.reason).toMatchObject({ code: 'Unsupported' })
})

test('a film has an hour more for each gigabyte, of terabytes no more than a timer counts', () => {
  expect(deadlineMs({ size: 2 ** 30 })).toBe(3 * 3_600_000)
  expect(deadlineMs({ size: 2 ** 44 })).toBeLessThan(2 ** 31)
})
