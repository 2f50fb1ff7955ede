import { expect, test } from 'vitest'
import { Foreground } from './foreground.ts'

test('somebody is there from the question on until a second after the answer', async () => {
  let now = 0
  const foreground = new Foreground(() => now)
  expect(foreground.isBusy).toBe(false)
  const { promise, resolve } = Promise.withResolvers<void>()
  const answer = foreground.during(() => promise)
  now = 60_000
  expect(foreground.isBusy).toBe(true)
  resolve()
  await answer
  now += 999
  expect(foreground.isBusy).toBe(true)
  now += 1
  expect(foreground.isBusy).toBe(false)
})

test('a question that fails is over, too', async () => {
  let now = 0
  const foreground = new Foreground(() => now)
  await expect(foreground.during(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  now += 1_000
  expect(foreground.isBusy).toBe(false)
})

test('work in the background rests longer than it works while somebody is there, and never for long', async () => {
  let now = 0
  const foreground = new Foreground(() => now)
  expect(foreground.restAfter(10)).toBe(0)
  await foreground.during(async () => {})
  expect([0, 10, 60_000].map((ms) => foreground.restAfter(ms))).toEqual([0, 40, 2_000])
  now += 1_000
  expect(foreground.restAfter(10)).toBe(0)
})

test('a rest ends with what it is a rest of', async () => {
  const foreground = new Foreground()
  await foreground.during(async () => {})
  await expect(foreground.yieldToForeground(1_000, AbortSignal.abort())).rejects.toThrow('aborted')
})
