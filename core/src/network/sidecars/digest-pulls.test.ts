import { expect, test } from 'vitest'
import { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import type { Peer } from '../wire/protocol.ts'
import { DigestPulls } from './digest-pulls.ts'

const library = LibraryId.parse('0198c0de-0000-7000-8000-000000000001')
const other = LibraryId.parse('0198c0de-0000-7000-8000-000000000002')
const { signal } = new AbortController()

/** A device that says nothing until it is lost, and a clock that is moved by hand. */
function silence() {
  let now = 0
  const timers = new Map<object, { at: number; run: () => void }>()
  const clock: Clock = {
    now: () => now,
    ticks: () => now,
    after(ms, run) {
      const timer = { [Symbol.dispose]: () => void timers.delete(timer) }
      timers.set(timer, { at: now + ms, run })
      return timer
    },
  }
  const pass = (ms: number) => {
    now += ms
    for (const [timer, { at, run }] of timers)
      if (at <= now) {
        timers.delete(timer)
        run()
      }
  }
  const lost = new AbortController()
  const peer = {
    id: DeviceId.parse('0198c0de-0000-7000-8000-000000000003'),
    key: PeerKey.parse('ab'.repeat(32)),
    name: 'alice',
    signal: lost.signal,
    open: (_protocol: object, ended: AbortSignal) =>
      new Promise<FrameStream>((_, reject) => ended.addEventListener('abort', () => reject(ended.reason))),
  } as unknown as Peer
  const pulls = new DigestPulls({ clock, log: silentLogger, since: () => null, take: () => {} })
  return { clock, lost, pass, peer, pulls }
}

/** Whether a promise has settled after all pending callbacks have run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.catch(() => {}).finally(() => (settled = true))
  await new Promise(setImmediate)
  return settled
}

test('who is about to make something waits for what is being said, and not for long', async () => {
  const { pass, peer, pulls } = silence()
  await pulls.settled(library, 2_000, signal)
  void pulls.pull(library, peer)
  expect(await isSettled(pulls.settled(other, 2_000, signal))).toBe(true)
  const heard = pulls.settled(library, 2_000, signal)
  expect(await isSettled(heard)).toBe(false)
  pass(1_999)
  expect(await isSettled(heard)).toBe(false)
  pass(1)
  expect(await isSettled(heard)).toBe(true)
  // The device still does not answer, so no pull waits for it again.
  expect(await isSettled(pulls.settled(library, 2_000, signal))).toBe(true)
  await pulls[Symbol.asyncDispose]()
})

test('who is lost is not waited for, and who does not want it any more neither', async () => {
  const { lost, peer, pulls } = silence()
  void pulls.pull(library, peer)
  await expect(pulls.settled(library, 2_000, AbortSignal.abort(new Error('closed')))).rejects.toThrow('closed')
  const heard = pulls.settled(library, 2_000, signal)
  expect(await isSettled(heard)).toBe(false)
  lost.abort(new Error('gone'))
  await heard
  await pulls[Symbol.asyncDispose]()
})

test('a device that comes again while it was being asked is asked again', async () => {
  const { lost, peer, pulls } = silence()
  const first = pulls.pull(library, peer)
  const asked = Promise.withResolvers<void>()
  const again = new AbortController()
  const back = {
    ...peer,
    signal: again.signal,
    open: (...args: Parameters<Peer['open']>) => (asked.resolve(), peer.open(...args)),
  }
  const second = pulls.pull(library, back)
  lost.abort(new Error('gone'))
  await asked.promise
  expect(await isSettled(second)).toBe(false)
  again.abort(new Error('gone'))
  await Promise.all([first, second])
  await pulls[Symbol.asyncDispose]()
})
