import { expect, test } from 'vitest'
import { type Event, topics, topicsOf } from '@spacedrive/core/events'
import { type Op, ops } from '@spacedrive/core/ops'
import { isStale, joined, OPERATION, staleBy } from './stale.ts'

function changed(path: string): Event {
  const data = { locationId: 'x', path, created: [], modified: [], deleted: [] }
  return { type: 'entries.changed', data, seq: 1, at: '', libraryId: null } as unknown as Event
}

function concerns(event: Event, name: string, input: object): boolean {
  return staleBy(event)!.some((stale) => isStale(stale, [OPERATION, name, input]))
}

test('a change makes those lists stale that it is in, or below, or above', () => {
  const event = changed('/photos/2024')
  expect(concerns(event, 'files.list', { path: '/photos/2024' })).toBe(true)
  expect(concerns(event, 'files.list', { path: '/photos' })).toBe(true)
  expect(concerns(event, 'files.info', { path: '/photos/2024/a.jpg' })).toBe(true)
  expect(concerns(event, 'files.list', { path: '/photos/2023' })).toBe(false)
  expect(concerns(event, 'files.list', { path: '/photos/2024-old' })).toBe(false)
  expect(concerns(event, 'config.get', {})).toBe(false)
  expect(concerns(event, 'statistics.library', {})).toBe(true)
})

test('a change is about folders of Windows, and about those whose names are no text', () => {
  expect(concerns(changed('C:\\photos\\2024'), 'files.list', { path: 'C:\\photos' })).toBe(true)
  expect(concerns(changed('C:\\'), 'files.list', { path: 'C:\\photos' })).toBe(true)
  expect(concerns(changed('C:\\photos'), 'files.list', { path: 'C:\\photos-old' })).toBe(false)
  expect(concerns(changed('/'), 'files.list', { path: '/photos' })).toBe(true)
  expect(concerns(changed('/photos/\ufffd'), 'files.list', { path: 'base64:L3Bob3Rvcy//' })).toBe(true)
})

test('after a gap everything is stale', () => {
  expect(staleBy({ type: 'gap' })).toBeNull()
})

test('a burst about one folder is one thing', () => {
  const once = staleBy(changed('/photos'))!
  expect(joined(joined([], once), once)).toEqual(once)
})

test('when a device comes or goes, its folders are stale, and those of this device are not', () => {
  const event = { type: 'device.connected', data: {}, seq: 1, at: '', libraryId: null } as unknown as Event
  expect(concerns(event, 'files.list', { path: 'local://bob/home' })).toBe(true)
  expect(concerns(event, 'files.list', { path: '/home' })).toBe(false)
  expect(concerns(event, 'files.list', { path: '/' })).toBe(false)
  expect(concerns(event, 'network.devices', {})).toBe(true)
})

test('every topic is told of by a query, and an event is about it', () => {
  const declared = new Set(Object.values<Op>(ops).flatMap((op) => op.staleBy ?? []))
  const told = new Set<string>(Object.values(topicsOf).flat())
  expect([...declared].toSorted()).toEqual([...topics].toSorted())
  expect([...told].toSorted()).toEqual([...topics].toSorted())
})

test('each query of the page is stale by what it declares', () => {
  const event = { type: 'config.changed', data: { key: 'log.level' }, seq: 1, at: '', libraryId: null } as const
  const stale = staleBy(event)!.map(({ operation }) => operation)
  const declaring = Object.values<Op>(ops).filter((op) => op.staleBy?.includes('config'))
  expect(stale).toEqual(declaring.map(({ name }) => name))
  expect(stale).toContain('config.get')
})

test('an event that this page does not know makes nothing stale', () => {
  expect(staleBy({ type: 'moon.landed', data: {}, seq: 1, at: '', libraryId: null } as unknown as Event)).toEqual([])
})
