import type { Event } from '@spacedrive/core/events'
import { expect, test } from 'vitest'
import type { Transfer } from '../render/transfers.ts'
import type { Session } from '../session.ts'
import { waitForTransfers } from './wait-for-transfers.ts'

const running: Transfer = {
  id: '01890000-0000-7000-8000-0123456789ab',
  direction: 'in',
  device: { id: '01890000-0000-7000-8000-0000000000b0' as Transfer['device']['id'], name: 'bob' },
  title: 'beach.txt',
  state: 'preparing',
} as Transfer
const completed: Transfer = {
  ...running,
  state: 'completed',
  endedAt: '2026-03-01T12:00:00Z',
  failed: 0,
  leftOut: 0,
  failures: [],
  notes: [],
}

test('an answer that was overtaken by the transfer’s end changes nothing', async () => {
  const printed: unknown[] = []
  let tell: (event: Event) => void = () => {}
  const session = {
    context: {
      globals: { json: true, quiet: true },
      io: { printJson: (value: unknown) => printed.push(value) },
      interrupt: { signal: new AbortController().signal },
    },
    async subscribe(_types: unknown, onEvent: (event: Event) => void) {
      tell = onEvent
      return { [Symbol.dispose]: () => {} }
    },
    // The answer and the event arrive together: the event is delivered before the caller goes on.
    async query() {
      tell({ type: 'transfer.changed', data: completed } as Event)
      return { ...running, endedAt: null }
    },
  } as unknown as Session

  expect(await waitForTransfers({ transfers: [{ ...running, endedAt: null }] }, session)).toBe(0)
  expect(printed).toEqual([{ transfers: [completed] }])
})
