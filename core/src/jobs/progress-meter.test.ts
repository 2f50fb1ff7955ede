import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { noProgress } from './job-row.ts'
import { ProgressMeter } from './progress-meter.ts'

function createMeter() {
  const clock = { ms: 0 }
  const meter = new ProgressMeter(noProgress, () => clock.ms)
  return { meter, clock }
}

test('fields that are left out stay, and a new phase counts anew', () => {
  const { meter } = createMeter()
  meter.update({ phase: 'walk', done: 10, total: null, bytes: 500 })
  meter.update({ done: 20 })
  expect(meter.value).toEqual({ phase: 'walk', done: 20, total: null, bytes: 500, rate: null, etaMs: null })
  meter.update({ phase: 'hash', total: 20 })
  expect(meter.value).toEqual({ phase: 'hash', done: 0, total: 20, bytes: 0, rate: null, etaMs: null })
})

test('the rate follows the last seconds, and gives the time left', () => {
  const { meter, clock } = createMeter()
  meter.update({ phase: 'hash', total: 1_000 })
  const run = (seconds: number, perSecond: number) => {
    for (let i = 0; i < seconds * 10; i++) {
      clock.ms += 100
      meter.update({ done: meter.value.done + perSecond / 10 })
      meter.measure()
    }
  }
  run(2, 100)
  expect(meter.value.rate).toBeCloseTo(100)
  expect(meter.value.etaMs).toBeCloseTo(8_000)
  run(30, 10)
  expect(meter.value.rate).toBeGreaterThan(10)
  expect(meter.value.rate).toBeLessThan(11)
})

test('nothing is said about a rate after no time, and a clock set back does no harm', () => {
  const { meter, clock } = createMeter()
  meter.update({ done: 5, total: 10 })
  meter.measure()
  clock.ms = -1_000
  meter.measure()
  expect(meter.value).toMatchObject({ rate: null, etaMs: null })
})

test('within a phase no number runs backwards, and no total is less than what is done', () => {
  const update = fc.record(
    { done: fc.nat(1_000), total: fc.option(fc.nat(1_000)), bytes: fc.nat(1_000) },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(update), (updates) => {
      const { meter } = createMeter()
      for (const next of updates) {
        const before = meter.value
        meter.update(next)
        const { done, total, bytes } = meter.value
        expect(done).toBeGreaterThanOrEqual(before.done)
        expect(bytes).toBeGreaterThanOrEqual(before.bytes)
        expect(total ?? Infinity).toBeGreaterThanOrEqual(Math.max(before.total ?? 0, done))
        expect(before.total !== null && total === null).toBe(false)
      }
    }),
  )
})
