import { expect, test } from 'vitest'
import { VirtualClock } from '../../../testing/memory-network/index.ts'
import type { DeviceId, Transfer } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Peer } from '../wire/protocol.ts'
import { OutgoingTransfers } from './outgoing-transfers.ts'
import type { SendingNews } from './serve-transfer.ts'

const peer = { id: 'bob' as DeviceId, name: 'bob' } as Peer

function setUp() {
  const told: Transfer['state'][] = []
  const stopped: string[] = []
  const clock = new VirtualClock()
  const outgoing = new OutgoingTransfers({ clock, changed: ({ state }) => told.push(state) })
  const begin = (channel: string, key = 'key') =>
    outgoing.began({
      channel,
      key,
      peer,
      title: 'trip',
      files: 2,
      bytes: 100,
      onProgress: undefined,
      stop: () => stopped.push(channel),
    } satisfies SendingNews)
  return { clock, outgoing, begin, told, stopped }
}

test('one that is paused holds up who asks again, and is the same one when it goes on', async () => {
  const { begin, outgoing, stopped, told } = setUp()
  begin('one')
  outgoing.sent('one', 40)
  outgoing.pause('one')
  outgoing.ended('one', new Error('cut off'))
  expect(stopped).toEqual(['one'])
  const held = outgoing.held('key')!
  expect(outgoing.held('another')).toBeNull()
  outgoing.resume('one')
  await held
  begin('two')
  outgoing.sent('two', 60)
  outgoing.ended('two', null)
  expect(outgoing.list()).toMatchObject([{ id: 'one', state: 'completed', bytes: { done: 100 } }])
  expect(told.filter((state, at) => told[at - 1] !== state)).toEqual([
    'running',
    'paused',
    'waiting',
    'running',
    'completed',
  ])
})

test('who is held up, leaves and asks again is held up again, or hears that it was cancelled', async () => {
  const { begin, outgoing } = setUp()
  begin('one')
  outgoing.pause('one')
  void outgoing.held('key')
  outgoing.left('key')
  expect(outgoing.get('one')).toMatchObject({ state: 'paused' })
  const held = outgoing.held('key')
  outgoing.resume('one')
  await held
  begin('two')
  expect(outgoing.list()).toMatchObject([{ id: 'one', state: 'running' }])

  outgoing.pause('one')
  void outgoing.held('key')
  outgoing.left('key')
  outgoing.cancel('one')
  expect(() => outgoing.held('key')).toThrow('cancelled the transfer')
})

test('an old request that leaves after a new one has come does not hide the new one from a cancellation', async () => {
  const { begin, outgoing } = setUp()
  begin('one')
  outgoing.pause('one')
  void outgoing.held('key')
  const held = outgoing.held('key')!
  outgoing.left('key')
  outgoing.cancel('one')
  await expect(held).rejects.toMatchObject({ code: 'Cancelled' })
})

test('one whose connection was lost is the same one when the other device asks again', () => {
  const { begin, outgoing } = setUp()
  begin('one')
  outgoing.sent('one', 40)
  outgoing.ended('one', new CoreError('Unavailable', 'cut off'))
  expect(outgoing.list()).toMatchObject([{ id: 'one', state: 'failed', error: { code: 'Unavailable' } }])
  begin('two')
  outgoing.sent('two', 60)
  expect(outgoing.list()).toMatchObject([{ id: 'one', state: 'running', error: null, endedAt: null }])
  outgoing.ended('two', null)
  expect(outgoing.list()).toMatchObject([{ id: 'one', state: 'completed', bytes: { done: 100 } }])
})

test('one that was cancelled is refused once, held up or not, and can be asked for anew', async () => {
  const { begin, outgoing } = setUp()
  begin('one')
  outgoing.cancel('one')
  expect(() => outgoing.held('key')).toThrow('cancelled the transfer')
  expect(outgoing.held('key')).toBeNull()

  begin('two')
  outgoing.pause('two')
  const held = outgoing.held('key')!
  outgoing.cancel('two')
  await expect(held).rejects.toMatchObject({ code: 'Cancelled' })
  expect(outgoing.held('key')).toBeNull()
})

test('a request that does not come again in time is not refused when somebody asks for the same later', () => {
  const { begin, clock, outgoing } = setUp()
  begin('one')
  outgoing.cancel('one')
  clock.step()
  expect(clock.ticks()).toBeGreaterThan(60_000)
  expect(outgoing.held('key')).toBeNull()
})
