import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { EntryId, LibraryId, LocationId } from '../domain/index.ts'
import { type Logger, silentLogger } from '../util/logger.ts'
import { KEPT_EVENTS } from './bus.ts'
import { type Event, EventBus, type EventFilter, type EventStream, type Missed } from './index.ts'

const photos = LibraryId.parse('019a0000-0000-7000-8000-000000000001')
const music = LibraryId.parse('019a0000-0000-7000-8000-000000000002')
const entryId = EntryId.parse('019a0000-0000-7000-8000-000000000004')
const locationId = LocationId.parse('019a0000-0000-7000-8000-000000000003')

function createBus(log: Logger = silentLogger): EventBus {
  return new EventBus({ log, now: () => Date.UTC(2026, 0, 2) })
}

function changeKey(bus: EventBus, key: string | number): void {
  bus.emit('config.changed', { key: String(key) })
}

function keysOf(events: readonly (Event | Missed)[]): string[] {
  return events.map((event) => (event.type === 'config.changed' ? event.data.key : event.type))
}

async function readAll(stream: EventStream): Promise<(Event | Missed)[]> {
  const read: (Event | Missed)[] = []
  for await (const event of stream) read.push(event)
  return read
}

test('a listener hears the event with its number, its time and its library', () => {
  const bus = createBus()
  const heard: Event[] = []
  bus.subscribe((event) => heard.push(event))
  changeKey(bus, 'log.level')
  bus.emit('library.closed', { libraryId: photos }, photos)
  expect(heard).toEqual([
    { type: 'config.changed', data: { key: 'log.level' }, seq: 1, at: '2026-01-02T00:00:00.000Z', libraryId: null },
    { type: 'library.closed', data: { libraryId: photos }, seq: 2, at: '2026-01-02T00:00:00.000Z', libraryId: photos },
  ])
  expect(bus.lastSeq).toBe(2)
})

test('a listener that throws is logged and the others still hear', () => {
  const errors: object[] = []
  const bus = createBus({ ...silentLogger, error: (fields) => void errors.push(fields) })
  const heard: Event[] = []
  const failure = new Error('no')
  bus.subscribe(() => {
    throw failure
  })
  bus.subscribe((event) => heard.push(event))
  changeKey(bus, 'a')
  expect(keysOf(heard)).toEqual(['a'])
  expect(errors).toEqual([{ err: failure, type: 'config.changed', seq: 1 }])
})

test('a disposed subscription hears nothing more, even in the middle of a delivery', () => {
  const bus = createBus()
  const heard: string[] = []
  bus.subscribe(() => second[Symbol.dispose]())
  const second = bus.subscribe(() => heard.push('second'))
  changeKey(bus, 'a')
  expect(heard).toEqual([])
})

test('an event sent by a listener comes after the one it answers, for everybody', () => {
  const bus = createBus()
  const heard: Event[] = []
  bus.subscribe((event) => {
    if (event.seq === 1) changeKey(bus, 'answer')
  })
  bus.subscribe((event) => heard.push(event))
  changeKey(bus, 'question')
  expect(keysOf(heard)).toEqual(['question', 'answer'])
})

test.each<[string, EventFilter, string[]]>([
  ['no filter', {}, ['a1', 'a2', 'b1', 'b2', 'b3', 'c', 'd']],
  ['types', { types: ['config.changed', 'location.removed'] }, ['c', 'd']],
  ['library', { libraryId: photos }, ['a1', 'a2', 'b1', 'b2']],
  ['path', { path: '/home/ann' }, ['a1', 'a2', 'b1', 'b2']],
  ['a path below changed trees', { path: '/home/ann/new/deep' }, ['a1', 'a2']],
  ['the target of a move', { path: '/home/ann/moved.txt' }, ['a1', 'b2']],
  ['the source of a move', { path: '/tmp' }, ['b2']],
  ['the root', { path: '/' }, ['a1', 'a2', 'b1', 'b2', 'b3']],
  ['library and type', { libraryId: music, types: ['tree.changed'] }, ['b3']],
])('a subscription is filtered by %s', (_name, filter, expected) => {
  const bus = createBus()
  const names = ['', 'a1', 'a2', 'b1', 'b2', 'b3', 'c', 'd']
  const heard: (string | undefined)[] = []
  bus.subscribe((event) => heard.push(names[event.seq]), filter)
  bus.emit('tree.changed', { locationId, path: '/home/ann' }, photos)
  bus.emit('tree.changed', { locationId, path: '/home/ann/new' }, photos)
  bus.emit('watcher.degraded', { locationId, path: '/home/ann/x', message: '', help: null }, photos)
  bus.emit('entry.moved', { entryId, from: '/tmp/moved.txt', to: '/home/ann/moved.txt' }, photos)
  bus.emit('tree.changed', { locationId, path: '/home/anna' }, music)
  changeKey(bus, 'c')
  bus.emit('location.removed', { locationId })
  expect(heard).toEqual(expected)
})

test('a stream gives what was sent since it was opened, in the consumer’s own time', async () => {
  const bus = createBus()
  changeKey(bus, 'before')
  const stream = bus.stream()
  changeKey(bus, 'a')
  const first = await stream.next()
  const later = stream.next()
  await setImmediate()
  changeKey(bus, 'b')
  expect(keysOf([first.value!, (await later).value!])).toEqual(['a', 'b'])
})

test('a consumer that is too slow is told how many it missed, and gets the newest', async () => {
  const bus = createBus()
  const stream = bus.stream({}, { capacity: 2 })
  for (const key of ['a', 'b', 'c', 'd', 'e']) changeKey(bus, key)
  bus[Symbol.dispose]()
  const heard = await readAll(stream)
  expect(heard[0]).toEqual({ type: 'missed', count: 3 })
  expect(keysOf(heard.slice(1))).toEqual(['d', 'e'])
})

test('a stream ends with its signal, after what it has buffered', async () => {
  const bus = createBus()
  const controller = new AbortController()
  const stream = bus.stream({}, { signal: controller.signal })
  changeKey(bus, 'a')
  controller.abort()
  changeKey(bus, 'b')
  expect(keysOf(await readAll(stream))).toEqual(['a'])
  expect(await readAll(bus.stream({}, { signal: controller.signal }))).toEqual([])
})

test('leaving the loop ends the stream', async () => {
  const bus = createBus()
  const stream = bus.stream()
  changeKey(bus, 'a')
  changeKey(bus, 'b')
  for await (const event of stream) {
    expect(keysOf([event])).toEqual(['a'])
    break
  }
  expect(await stream.next()).toEqual({ done: true, value: undefined })
})

test('the last events are replayed by number, and it is said when some are gone', () => {
  const bus = createBus()
  for (let i = 1; i <= 5; i++) changeKey(bus, i)
  expect(keysOf(bus.since(3).events)).toEqual(['4', '5'])
  expect(bus.since(0).complete).toBe(true)
  expect(bus.since(5)).toEqual({ events: [], complete: true })
  expect(bus.since(99)).toEqual({ events: [], complete: false })

  for (let i = 6; i <= KEPT_EVENTS + 10; i++) changeKey(bus, i)
  expect(bus.since(10).complete).toBe(true)
  expect(bus.since(10).events).toHaveLength(KEPT_EVENTS)
  const gone = bus.since(9)
  expect(gone.complete).toBe(false)
  expect(keysOf(gone.events.slice(0, 1))).toEqual(['11'])
})

test('a million events in a burst need no more memory than the buffers, and a reader knows what it missed', async () => {
  const bus = createBus()
  let heard = 0
  bus.subscribe(() => heard++)
  const stream = bus.stream({}, { capacity: 100 })
  const before = heapInUse()
  for (let i = 0; i < 1_000_000; i++) changeKey(bus, i)
  const grown = heapInUse() - before
  bus[Symbol.dispose]()
  const read = await readAll(stream)
  expect(heard).toBe(1_000_000)
  expect(read[0]).toEqual({ type: 'missed', count: 999_900 })
  expect(read).toHaveLength(101)
  // A million events kept would be some 150 MB.
  expect(grown).toBeLessThan(4 * 1024 * 1024)
})

function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  collectGarbage()
  return process.memoryUsage().heapUsed
}
