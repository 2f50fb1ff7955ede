import { expect, test } from 'vitest'
import { DeviceId } from '../../domain/index.ts'
import { Sources } from './sources.ts'

const [near, far, third] = [1, 2, 3].map((n) => DeviceId.parse(`0198c0de-0000-7000-8000-00000000000${n}`)) as [
  DeviceId,
  DeviceId,
  DeviceId,
]

function sources() {
  const clock = { now: 0 }
  const latencies = new Map([
    [near, 1],
    [far, 80],
  ])
  return {
    clock,
    sources: new Sources({ ticks: () => clock.now, latencyMs: (device) => latencies.get(device) ?? null }),
  }
}

test('the nearest comes first until it is known who is fast; then the fastest', () => {
  const { sources: known } = sources()
  expect(known.order([far, third, near])).toEqual([near, third, far])
  known.served(far, { bytes: 100_000_000, ms: 1_000 })
  known.served(near, { bytes: 1_000_000, ms: 1_000 })
  // A device that was never tried comes before a slow one.
  expect(known.order([near, third, far])).toEqual([far, third, near])
})

test('what was measured last counts, and what was measured before', () => {
  const { sources: known } = sources()
  known.served(near, { bytes: 100_000_000, ms: 1_000 })
  known.served(far, { bytes: 50_000_000, ms: 1_000 })
  known.served(near, { bytes: 1_000_000, ms: 1_000 })
  expect(known.order([far, near])).toEqual([near, far])
  known.served(near, { bytes: 1_000_000, ms: 1_000 })
  expect(known.order([far, near])).toEqual([far, near])
})

test('one that has failed rests for half a minute, or until it serves again', () => {
  const { clock, sources: known } = sources()
  known.failed(near)
  expect([near, far].map((device) => known.rests(device))).toEqual([true, false])
  clock.now = 30_000
  expect(known.rests(near)).toBe(false)
  known.failed(near)
  known.served(near, { bytes: 1, ms: 1 })
  expect(known.rests(near)).toBe(false)
})
