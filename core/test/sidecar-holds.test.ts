import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Generator } from '../src/sidecars/index.ts'
import { createTestCore, createTestMachine, type TestCore, type TestMachine } from '../testing/index.ts'
import { pidsIn } from '../testing/processes.ts'
import { troubled, unboxed } from './troubled-generator/index.ts'

const { signal } = new AbortController()

const pictures: Generator = { ...troubled, priority: 100 }
const texts: Generator = {
  ...troubled,
  kind: 'ocr',
  priority: 50,
  variants: ['default'],
  outputs: [{ variant: 'default', format: 'json' }],
}

interface Held extends TestCore {
  readonly machine: TestMachine
  order(what: string, at?: string): string
  begun(what: string): number[]
  go(what: string): void
  /** What became of each kind of a file. */
  states(path: string): Promise<Record<string, string>>
  /** Waits until they are so. */
  until(path: string, states: Record<string, string>): Promise<void>
  pending(): Promise<{ kind: string; why: string | undefined }[]>
}

async function createHeld(generators: readonly Generator[] = [pictures, texts]): Promise<Held> {
  const machine = createTestMachine()
  const t = await createTestCore({ generators, machine, decoderBox: unboxed })
  const log = (what: string) => join(t.dataDir, '..', `${what}.log`)
  const states = async (path: string) => {
    const rows = await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal))
    return Object.fromEntries(rows.map(({ kind, state }) => [kind, state]))
  }
  return Object.assign(t, {
    machine,
    order: (what: string, at = `${what}.txt`) => t.write(at, `${what} ${log(what)} ${at}`),
    begun: (what: string) => pidsIn(log(what)),
    go: (what: string) => writeFileSync(`${log(what)}.go`, ''),
    states,
    until: (path: string, expected: Record<string, string>) =>
      vi.waitFor(async () => expect(await states(path)).toEqual(expected)),
    pending: async () => {
      const rows = await t.library.sidecars.views.pending({ state: null, limit: 100 })
      return rows.map(({ error, kind }) => ({ kind, why: error?.message }))
    },
  })
}

test('on a battery what a person sees is made, and the rest waits, saying why, until the cable is in', async () => {
  await using t = await createHeld()
  t.machine.onBattery = true
  const path = t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  expect(await t.states(path)).toEqual({ thumb: 'ready', ocr: 'pending' })
  expect(await t.pending()).toEqual([{ kind: 'ocr', why: expect.stringContaining('battery') }])
  const [job] = t.library.jobs.list({})
  expect(t.library.jobs.info(job!.id).output).toMatchObject({ made: 1, waiting: 1, held: [{ kind: 'ocr' }] })
  expect(t.core.status().notices.join()).toContain('battery')
  t.machine.onBattery = false
  await t.until(path, { thumb: 'ready', ocr: 'ready' })
  await t.settle()
  expect(t.core.status().notices).toEqual([])
})

test('requested sidecars are generated even on battery', async () => {
  await using t = await createHeld()
  t.machine.onBattery = true
  const [one, other] = [t.order('fine', 'one.txt'), t.order('fine', 'other.txt')]
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const { sidecars } = t.library
  const contentId = await t.library.files.contentOf(one, signal)
  expect(await sidecars.requests.path(contentId, 'ocr', 'default')).toBeNull()
  await t.until(one, { thumb: 'ready', ocr: 'ready' })
  const second = await t.library.files.contentOf(other, signal)
  expect(await sidecars.requests.resolve(`sidecar://${second}/ocr/default.json`, 'now', signal)).toMatchObject([
    { state: 'ready' },
  ])
})

test('where it is to be gentle, what can wait does while others keep the machine busy', async () => {
  await using t = await createHeld()
  t.machine.busy = 2
  const path = t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.until(path, { thumb: 'ready', ocr: 'ready' })
  await t.core.config.set('sidecars.speed', 'gentle')
  const next = t.order('fine', 'next.txt')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  expect(await t.states(next)).toEqual({ thumb: 'ready', ocr: 'pending' })
  expect(await t.pending()).toEqual([{ kind: 'ocr', why: expect.stringContaining('busy') }])
  // Somebody does not want to wait.
  await t.core.config.set('sidecars.speed', 'fast')
  await t.until(next, { thumb: 'ready', ocr: 'ready' })
})

test('below the free space that is kept nothing is made, not even on demand, until there is room again', async () => {
  await using t = await createHeld()
  t.machine.free = 2 ** 20
  const path = t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const waiting = { thumb: 'pending', ocr: 'pending' }
  expect(await t.states(path)).toEqual(waiting)
  const line = 'the disk of the library has only 1 MiB free; sidecars wait until 512 MiB are free'
  expect((await t.pending()).map(({ why }) => why)).toEqual([
    expect.stringContaining(line),
    expect.stringContaining(line),
  ])
  expect(t.core.status().notices.join()).toContain(line)
  const { checks } = await t.core.doctor(signal)
  expect(checks).toContainEqual(expect.objectContaining({ state: 'warning', detail: expect.stringContaining(line) }))
  const contentId = await t.library.files.contentOf(path, signal)
  await expect(
    t.library.sidecars.requests.resolve(`sidecar://${contentId}/ocr/default.json`, 'now', signal),
  ).rejects.toThrow(line)
  expect(t.begun('fine')).toEqual([])
  t.machine.free = 2 ** 30
  await t.until(path, { thumb: 'ready', ocr: 'ready' })
})

test('a change of the space that is kept holds at once', async () => {
  await using t = await createHeld()
  t.machine.free = 2 ** 20
  const path = t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  expect(await t.states(path)).toEqual({ thumb: 'pending', ocr: 'pending' })
  await t.core.config.set('sidecars.keepFreeBytes', '0')
  await t.until(path, { thumb: 'ready', ocr: 'ready' })
})

test('viewed sidecars are generated before all other pending ones', async () => {
  // One process, so that what is made first is begun first.
  await using t = await createHeld([{ ...pictures, pool: () => 'ml' }])
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  for (const name of names) t.write(`${name}.txt`, `wait ${join(t.dataDir, '..', `${name}.log`)} ${name}`)
  await t.add({ mode: 'content', watch: false })
  const begun = () => names.filter((name) => t.begun(name).length > 0)
  await vi.waitFor(() => expect(begun()).toHaveLength(1))
  const atWork = begun()[0]!
  const wanted = names.findLast((name) => name !== atWork)!
  const path = t.path(`${wanted}.txt`)
  const contentId = await t.library.files.contentOf(path, signal)
  expect(await t.library.sidecars.requests.path(contentId, 'thumb', 'grid@2x')).toBeNull()
  await t.until(path, { thumb: 'generating' })
  t.go(atWork)
  await vi.waitFor(() => expect(begun()).toHaveLength(2))
  expect(begun()).toContain(wanted)
  for (const name of names) t.go(name)
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'ready', attempts: 1 }])
})

test('a folder is indexed while sidecars of another are made, however long that takes', async () => {
  await using t = await createHeld()
  t.order('wait', 'one/a.txt')
  t.write('two/b.txt', 'fine /dev/null')
  await t.add({ path: t.path('one'), mode: 'content', watch: false })
  await vi.waitFor(() => expect(t.begun('wait')).toHaveLength(1))
  const { job } = await t.add({ path: t.path('two'), watch: false })
  expect(job).toMatchObject({ status: 'completed' })
  expect(await t.found('b.txt')).toEqual(['two/b.txt'])
  expect(t.library.jobs.list({ status: 'running' })).toMatchObject([{ name: 'sidecars.generate' }])
  t.go('wait')
  await t.settle()
})

test('a content without possible sidecars is skipped without a warning', async () => {
  await using t = await createHeld([{ ...pictures, maxBytes: 10 }])
  t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const [job] = t.library.jobs.list({})
  expect(job).toMatchObject({ status: 'completed', warnings: 0 })
  expect(t.library.jobs.info(job!.id).output).toMatchObject({ made: 0, failed: 0, skipped: 1, waiting: 0 })
  const { sidecars } = t.library
  expect(await sidecars.views.pending({ state: 'failed', limit: 10 })).toEqual([])
  expect(await sidecars.views.pending({ state: 'skipped', limit: 10 })).toMatchObject([
    { error: { code: 'Unsupported' } },
  ])
  // A retry would skip it again.
  expect(await sidecars.queue.retry({})).toBe(0)
})

test('a sidecar that waits is cancelled alone, stays so when the rest is made, and a retry makes it', async () => {
  await using t = await createHeld()
  t.machine.onBattery = true
  const [fine, other] = [t.order('fine'), t.order('other')]
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(fine, signal)
  expect(await t.library.sidecars.queue.cancel(contentId, { kind: 'ocr' })).toBe(1)
  expect(await t.library.sidecars.queue.cancel(contentId, { kind: 'ocr' })).toBe(0)
  expect(await t.library.sidecars.views.pending({ state: 'failed', limit: 10 })).toMatchObject([
    { path: fine, kind: 'ocr', error: { code: 'Cancelled', message: 'It was cancelled before it was generated.' } },
  ])
  t.machine.onBattery = false
  t.go('fine')
  t.go('other')
  await t.library.sidecars.runner.start()
  await t.until(other, { thumb: 'ready', ocr: 'ready' })
  await t.settle()
  expect(await t.states(fine)).toEqual({ thumb: 'ready', ocr: 'failed' })
  expect(await t.library.sidecars.queue.retry({ contentId, kind: 'ocr' })).toBe(1)
  await t.until(fine, { thumb: 'ready', ocr: 'ready' })
})

test('a sidecar that is being made is not cancelled', async () => {
  await using t = await createHeld()
  const path = t.order('wait')
  await t.add({ mode: 'content', watch: false })
  await vi.waitFor(() => expect(t.begun('wait')).not.toEqual([]))
  const contentId = await t.library.files.contentOf(path, signal)
  expect(await t.library.sidecars.queue.cancel(contentId, { kind: 'thumb' })).toBe(0)
  t.go('wait')
  await t.until(path, { thumb: 'ready', ocr: 'ready' })
})
