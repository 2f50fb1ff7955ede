import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { ContentId } from '../src/domain/index.ts'
import type { Event, EventData } from '../src/events/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { troubled, unboxed } from './troubled-generator/index.ts'

const { signal } = new AbortController()

async function contentIds(t: TestCore, names: readonly string[]): Promise<ContentId[]> {
  return Promise.all(names.map((name) => t.library.files.contentOf(t.path(name), signal)))
}

function states(t: TestCore, ids: readonly ContentId[]): (string | undefined)[] {
  const thumbs = t.library.sidecars.views.thumbs(ids)
  return ids.map((id) => thumbs.get(id)?.state)
}

function hear(t: TestCore): { heard: EventData<'sidecars.changed'>[]; subscription: Disposable } {
  const heard: EventData<'sidecars.changed'>[] = []
  const listener = (event: Event) => {
    if (event.type === 'sidecars.changed') heard.push(event.data)
  }
  return { heard, subscription: t.core.events.subscribe(listener, { types: ['sidecars.changed'] }) }
}

test('events report the state of sidecars, and listings and search results include the thumbnails', async () => {
  await using t = await createTestCore({ generators: [troubled], decoderBox: unboxed })
  const { heard, subscription } = hear(t)
  using _subscription = subscription
  t.write('fine.txt', 'fine')
  t.write('bad.txt', 'crash')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const [fine, bad] = await contentIds(t, ['fine.txt', 'bad.txt'])
  await vi.waitFor(() =>
    expect(heard.toSorted((a, b) => (a.state < b.state ? -1 : 1))).toEqual([
      { kind: 'thumb', state: 'failed', contentIds: [bad], more: false },
      { kind: 'thumb', state: 'ready', contentIds: [fine], more: false },
    ]),
  )
  const order = { all: false, sort: 'name', reverse: false, foldersFirst: true, limit: 10, offset: 0 } as const
  const { items } = await t.library.files.list({ path: t.root, thumbs: true, ...order }, signal)
  const plain = { hash: null, width: null, height: null, durationMs: null, color: null }
  const shown = {
    ...plain,
    ready: ['grid@2x'],
    version: expect.stringMatching(/^1-[0-9a-f]{8}$/),
    state: 'ready',
    error: null,
  }
  expect(items.map(({ thumb }) => thumb)).toEqual([
    { ...plain, ready: [], version: '', state: 'failed', error: { code: 'Unavailable', message: expect.any(String) } },
    shown,
  ])
  const search = { type: [], ext: [], location: [], content: false, semantic: false, sort: 'name' } as const
  const query = { query: 'fine', ...search, type: [], ext: [], location: [], limit: 1 }
  const found = await t.library.search.search(query, signal, { thumbs: true })
  expect(found.items.map(({ thumb }) => thumb)).toEqual([shown])
  const { history, thumb } = await t.library.files.info(t.path('fine.txt'), signal)
  expect(thumb).toEqual(shown)
  const happened = history.map(({ detail, what }) => (detail === null ? what : `${what} ${detail}`))
  expect(new Set(happened)).toEqual(new Set(['created', 'indexed', 'modified', 'made thumb grid@2x, by troubled 1']))
  expect(history).toEqual(history.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)))
  heard.length = 0
  await t.library.sidecars.queue.regenerate(fine!, {})
  // States that follow each other within one event are told as the last of them.
  const told = () => heard.map(({ state }) => state).join(' ')
  await vi.waitFor(() => expect(['pending ready', 'ready']).toContain(told()))
})

test('viewed sidecars are generated before all waiting ones, and requests that were scrolled away are dropped', async () => {
  await using t = await createTestCore({ generators: [troubled], decoderBox: unboxed })
  await t.core.config.set('sidecars.thumb', 'off')
  const logs = Array.from({ length: 8 }, (_, i) => join(t.dataDir, '..', `slow-${i}.log`))
  const slow = logs.map((_, i) => `slow-${i}.txt`)
  for (const [i, log] of logs.entries()) t.write(slow[i]!, `wait ${log}`)
  const away = ['away-1.txt', 'away-2.txt']
  const seen = ['seen-1.txt', 'seen-2.txt']
  for (const name of [...away, ...seen]) t.write(name, `fine ${name}`)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const want = async (names: readonly string[]) =>
    t.library.sidecars.viewed.want({
      viewer: 'window 1',
      contentIds: await contentIds(t, names),
      kind: 'thumb',
      variants: ['grid@2x'],
    })
  const first = await want(slow.slice(0, 1))
  expect([...first.values()].map(({ state }) => state)).toEqual(['none'])
  await vi.waitUntil(() => existsSync(logs[0]!))
  // Otherwise the job could make the others before the viewer scrolls away.
  const job = await vi.waitUntil(() => t.library.jobs.list({}).find(({ status }) => status === 'running'))
  expect(await t.library.jobs.pause(job.id)).toMatchObject({ status: 'paused' })
  await want([...slow, ...away])
  await vi.waitUntil(() => logs.filter((log) => existsSync(log)).length > 1)
  await want(seen)
  for (const log of logs) writeFileSync(`${log}.go`, '')
  const [awayIds, seenIds] = [await contentIds(t, away), await contentIds(t, seen)]
  await vi.waitFor(() => expect(states(t, seenIds)).toEqual(['ready', 'ready']))
  expect(states(t, awayIds)).toEqual(['pending', 'pending'])
  const again = await want(away)
  expect([...again.values()].map(({ state }) => state)).toEqual(['pending', 'pending'])
  await vi.waitFor(() => expect(states(t, awayIds)).toEqual(['ready', 'ready']))
})

test('sidecars of types that are made only when viewed are not queued before', async () => {
  await using t = await createTestCore({
    generators: [{ ...troubled, types: ['text', 'code'], typesWhenViewed: ['text'] }],
    decoderBox: unboxed,
  })
  const texts = ['one.txt', 'two.txt']
  for (const name of [...texts, 'tool.py']) t.write(name, `fine ${name}`)
  const { locationId } = await t.add({ mode: 'content', watch: false })
  await t.settle()
  const [one, two, tool] = await contentIds(t, [...texts, 'tool.py'])
  expect(states(t, [one!, two!, tool!])).toEqual(['none', 'none', 'ready'])
  t.library.sidecars.viewed.want({ viewer: 'window 1', contentIds: [one!], kind: 'thumb' })
  await vi.waitFor(() => expect(states(t, [one!])).toEqual(['ready']))
  t.write('three.txt', 'fine three')
  await t.library.locations.rescan({ location: locationId, force: false })
  await t.settle()
  expect(states(t, [one!, two!, tool!])).toEqual(['ready', 'none', 'ready'])
})
