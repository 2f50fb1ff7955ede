import { expect, test, vi } from 'vitest'
import type { DetectedEngine, Generator } from '../src/sidecars/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { troubled } from './troubled-generator/index.ts'

const { signal } = new AbortController()

function engine(name: string, version: string): DetectedEngine {
  return { job: 'text', gives: 'pictures of texts', name, version, state: 'found', size: 1, licence: 'MIT', how: '' }
}

/** A generator whose recipe and engines a test changes; the engine that works is `troubled 1`. */
async function createChanging(): Promise<
  TestCore & { change(of: Partial<Generator>, engines: DetectedEngine[]): void }
> {
  const generators: Generator[] = []
  const change = (of: Partial<Generator>, engines: DetectedEngine[]) => {
    generators[0] = { ...troubled, ...of, detect: async () => engines }
  }
  change({}, [engine('troubled', '1')])
  return Object.assign(await createTestCore({ generators }), { change })
}

const preview = (t: TestCore) => t.library.sidecars.queue.regenerateAll({ outdated: true, dryRun: true }, signal)
const regenerate = (t: TestCore) => t.library.sidecars.queue.regenerateAll({ outdated: true, dryRun: false }, signal)

async function attempts(t: TestCore, path: string): Promise<number | undefined> {
  const rows = await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal))
  return rows[0]?.attempts
}

test('only sidecars of an older recipe, another version or a worse engine are regenerated', async () => {
  await using t = await createChanging()
  const path = t.write('a.txt', 'fine')
  t.write('b.txt', 'fine /dev/null too')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  expect(await preview(t)).toEqual([])

  const better = { ...engine('better', '7'), replaces: ['troubled'] }
  const cases: [string, Partial<Generator>, DetectedEngine[]][] = [
    ['a newer recipe makes it differently', { recipe: 2 }, [engine('troubled', '1')]],
    ['made by troubled 1; version 2 is installed now', {}, [engine('troubled', '2')]],
    ['made by troubled; better is available now', {}, [better, engine('troubled', '1')]],
  ]
  for (const [why, of, engines] of cases) {
    t.change(of, engines)
    expect(await preview(t)).toEqual([{ kind: 'thumb', why, files: 2 }])
    t.change({}, [{ ...better, state: 'missing' }, engine('troubled', '1'), engine('another', '3')])
    expect(await preview(t)).toEqual([])
  }
  expect(await attempts(t, path)).toBe(1)

  t.change({ recipe: 2 }, [engine('troubled', '1')])
  expect(await regenerate(t)).toMatchObject([{ files: 2 }])
  await t.settle()
  expect(await attempts(t, path)).toBe(2)
  expect(await regenerate(t)).toEqual([])
})

test('failed sidecars are retried only with other engines', async () => {
  await using t = await createChanging()
  t.change({ maxBytes: 5 }, [engine('troubled', '1')])
  const path = t.write('large.txt', 'fine /dev/null but large')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  t.change({}, [engine('troubled', '1')])
  expect(await preview(t)).toEqual([])
  t.change({}, [engine('troubled', '1'), engine('another', '3')])
  expect(await regenerate(t)).toMatchObject([{ kind: 'thumb', files: 1, why: expect.stringContaining('engines') }])
  await t.settle()
  const rows = await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal))
  expect(rows).toMatchObject([{ state: 'ready', engine: { name: 'troubled', version: '1' } }])
})

test('a whole kind is regenerated on request, and continues after a restart', async () => {
  await using t = await createChanging()
  const path = t.write('a.txt', 'fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const all = { kind: 'thumb', outdated: false } as const
  expect(await t.library.sidecars.queue.regenerateAll({ ...all, dryRun: true }, signal)).toMatchObject([{ files: 1 }])
  await t.library.sidecars.queue.regenerateAll({ ...all, dryRun: false }, signal)
  await t.restart()
  await t.settle()
  expect(await attempts(t, path)).toBe(2)
})

test('an engine that comes later gets what waited for it, with the next look at the files', async () => {
  await using t = await createChanging()
  const reason = 'no engine is there; install one'
  t.change({ unavailable: async () => reason }, [])
  const path = t.write('a.txt', 'fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  expect(await attempts(t, path)).toBeUndefined()
  const location = t.library.locations.map.all()[0]!
  expect(await t.library.sidecars.views.summary(location, 0)).toMatchObject({ off: [{ kind: 'thumb', reason }] })
  const { checks, ok } = await t.core.doctor(signal)
  expect(checks).toContainEqual({ name: 'thumb of Test', state: 'ok', detail: `off: ${reason}`, fix: null })
  expect(ok).toBe(true)
  t.change({}, [engine('troubled', '1')])
  await t.restart()
  await vi.waitFor(async () => expect(await attempts(t, path)).toBe(1))
})
