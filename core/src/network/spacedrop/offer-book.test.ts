import { expect, test } from 'vitest'
import { VirtualClock } from '../../../testing/memory-network/virtual-clock.ts'
import { DeviceId } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { NetworkDb } from '../db/network-db.ts'
import type { Guest, Nearby } from '../nearby/index.ts'
import type { Transfers } from '../transfer/index.ts'
import { OfferBook, TRY_AGAIN_MS } from './offer-book.ts'
import { newOffer } from './offer-rows.ts'
import { StrangerDrops } from './stranger-drops.ts'

const device = DeviceId.parse('0198c0de-0000-7000-8000-000000000002')
const own = { id: DeviceId.parse('0198c0de-0000-7000-8000-000000000001'), name: 'alice' }
const OFFER_MS = 60_000

async function openBook() {
  const clock = new VirtualClock()
  const now = () => clock.now()
  const db = await NetworkDb.open({ file: ':memory:', device: own.id, log: silentLogger, now })
  const quiet = { changed: () => {}, comparing: () => null, folderOf: () => null, onEnded: () => {} }
  const book = new OfferBook({ db, clock, log: silentLogger, own: () => own, ...quiet })
  const row = newOffer({
    id: '0198c0de-0000-7000-8000-000000000003',
    direction: 'in',
    device,
    device_name: 'bob',
    stranger: 0,
    sender: null,
    items: 1,
    bytes: 1,
    names: '[]',
    roots: null,
    created_at: clock.now(),
    expires_at: clock.now() + OFFER_MS,
  })
  const state = () => db.get<{ state: string }>('select state from offers where id = ?', row.id)!.state
  /** As on a disk that is full: everything can be read, and nothing written. */
  const fill = (isFull: boolean) => db.all(`pragma query_only = ${isFull ? 1 : 0}`)
  return { book, clock, db, fill, row, state }
}

test('the time of an offer is over though it could not be written down at first', async () => {
  const { book, clock, db, fill, row, state } = await openBook()
  using _db = db
  using _book = book
  book.add(row)
  fill(true)
  clock.step()
  expect([clock.ticks(), state()]).toEqual([OFFER_MS + 1, 'waiting'])
  expect(book.all()).toMatchObject([{ state: 'waiting' }])
  fill(false)
  clock.step()
  expect([clock.ticks(), state()]).toEqual([OFFER_MS + 1 + TRY_AGAIN_MS, 'expired'])
})

test('one that has ended is moved on by nothing that is told late', async () => {
  const { book, clock, db, row } = await openBook()
  using _db = db
  using _book = book
  book.add({ ...row, state: 'accepted' })
  clock.skip(1_000)
  book.progressed(row.id, 1)
  expect(book.all()).toMatchObject([{ bytes_done: 1 }])
  book.set(row.id, { state: 'completed', bytes_done: 10 })
  clock.skip(1_000)
  book.progressed(row.id, 5)
  expect(book.all()).toMatchObject([{ state: 'completed', bytes_done: 10 }])
})

test('an offer of a stranger who has gone ends though it could not be written down at first', async () => {
  const { book, clock, db, fill, row, state } = await openBook()
  using _db = db
  using _book = book
  const offer = async () => {}
  using drops = new StrangerDrops({
    book,
    clock,
    log: silentLogger,
    offer,
    nearby: {} as Nearby,
    transfers: {} as Transfers,
  })
  book.add({ ...row, state: 'comparing', stranger: 1 })
  const guest = { id: device, name: 'bob', offer: row.id, signal: AbortSignal.abort(new Error('bob has left')) }
  fill(true)
  drops.over(guest as Guest)
  expect(state()).toBe('comparing')
  fill(false)
  clock.step()
  expect([clock.ticks(), state()]).toEqual([TRY_AGAIN_MS, 'failed'])
})
