import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Generator } from '../src/sidecars/index.ts'
import { draftsOf } from '../testing/drafts.ts'
import { isAlive, pidsIn } from '../testing/processes.ts'
import { sidecarPath } from '../src/sidecars/files/paths.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { createTestMachine } from '../testing/test-machine.ts'
import { mountReadOnly, mountTmpfs, NO_MOUNTS } from '../testing/mount.ts'
import { troubled, unboxed } from './troubled-generator/index.ts'

const { signal } = new AbortController()
/** Larger than all other files here, in bytes. */
const MUCH = 10_000

interface Troubled extends TestCore {
  /** A file that tells its generator what to do; returns its path. */
  order(what: string, at?: string): string
  /** The processes that have begun with it. */
  begun(what: string): number[]
  /** Lets what waits go on. */
  go(what: string): void
  /** The one sidecar of a file. */
  sidecar(
    path: string,
  ): Promise<Awaited<ReturnType<TestCore['library']['sidecars']['views']['list']>>[number] | undefined>
  verify(): Promise<{ problem: string; path: string }[]>
}

async function createTroubled(of: Partial<Generator> = {}): Promise<Troubled> {
  const t = await createTestCore({ generators: [{ ...troubled, ...of }], decoderBox: unboxed })
  const log = (what: string) => join(t.dataDir, '..', `${what}.log`)
  return Object.assign(t, {
    order: (what: string, at = `${what}.txt`) => t.write(at, `${what} ${log(what)}`),
    begun: (what: string) => pidsIn(log(what)),
    go: (what: string) => writeFileSync(`${log(what)}.go`, ''),
    sidecar: async (path: string) =>
      (await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal)))[0],
    verify: async () => (await t.library.sidecars.upkeep.verify(signal)).problems,
  })
}

test.each([
  ['crash', 'Unavailable', /SIGSEGV/],
  ['fill', /Unavailable|Corrupt/, /memory|allocation/],
  ['hang', 'Timeout', /not done after/],
] as const)('an engine that would %s is tried twice, and then only when somebody asks', async (what, code, message) => {
  // Only the file that hangs has little time.
  const deadlineMs = ({ size }: { size: number }) => (size > MUCH ? 300 : 60_000)
  await using t = await createTroubled(what === 'hang' ? { deadlineMs } : {})
  const path = t.order(what)
  if (what === 'hang') t.append('hang.txt', ' '.repeat(MUCH))
  const fine = t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const begun = t.begun(what).length
  const tries = what === 'fill' ? begun : 2
  const expected = {
    state: 'failed',
    attempts: tries,
    error: { code: expect.stringMatching(code), message: expect.stringMatching(message) },
  }
  expect(await t.sidecar(path)).toMatchObject(expected)
  expect(await t.sidecar(fine)).toMatchObject({ state: 'ready', attempts: 1 })
  // A process that is slow to start is ended before it has begun.
  expect(begun).toBeGreaterThan(0)
  expect(begun).toBeLessThanOrEqual(tries)
  await t.restart()
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect(t.begun(what)).toHaveLength(begun)
  await t.library.sidecars.queue.retry({})
  await t.settle()
  const again = await t.sidecar(path)
  expect(again).toMatchObject({ ...expected, attempts: expect.any(Number) })
  expect(again!.attempts).toBeGreaterThan(tries)
  expect(t.begun(what).length).toBeGreaterThan(begun)
  expect(t.begun(what).length).toBeLessThanOrEqual(again!.attempts)
  expect(draftsOf(t.library)).toEqual([])
  expect(await t.verify()).toEqual([])
})

test('an engine that floods its error stream holds nothing up', async () => {
  await using t = await createTroubled()
  const path = t.order('flood')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  expect(await t.sidecar(path)).toMatchObject({ state: 'ready' })
})

test('drafts of a killed daemon are removed after the next scan, even if nothing is pending', async () => {
  await using t = await createTroubled()
  t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  writeFileSync(join(t.library.path, 'sidecars/drafts/left'), 'half of a picture')
  expect(await t.verify()).toMatchObject([{ problem: 'temporary' }])
  await t.restart()
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  await vi.waitFor(() => expect(draftsOf(t.library)).toEqual([]))
  expect(await t.verify()).toEqual([])
})

test.each([
  ['replaced', (t: TestCore) => t.write('wait.txt', 'changed')],
  ['written to', (t: TestCore) => t.append('wait.txt', ' and more')],
  ['deleted', (t: TestCore) => t.remove('wait.txt')],
])('a file that is %s while it is processed gives nothing a wrong picture', async (_, change) => {
  await using t = await createTroubled()
  const path = t.order('wait')
  await t.add({ mode: 'content', watch: false })
  const contentId = await t.library.files.contentOf(path, signal)
  await vi.waitFor(() => expect(t.begun('wait')).toHaveLength(1))
  change(t)
  t.go('wait')
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'pending', attempts: 0, path: null }])
  expect(draftsOf(t.library)).toEqual([])
  expect(await t.verify()).toEqual([])
  // It is there again, somewhere: what waited is made.
  t.order('wait', 'elsewhere/again.txt')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'ready', attempts: 1 }])
})

test('a sidecar of more than two gigabytes is kept, and found whole', async () => {
  await using t = await createTroubled()
  const file = t.order('enormous')
  await t.add({ mode: 'content' })
  await t.settle()
  expect(await t.sidecar(file)).toMatchObject({ state: 'ready', size: 2 ** 31 + 1 })
  expect(await t.verify()).toEqual([])
})

test('of two files with one content the one that is left is used', async () => {
  await using t = await createTroubled()
  const paths = [t.order('wait', 'a.txt'), t.order('wait', 'b.txt')] as const
  await t.add({ mode: 'content', watch: false })
  await vi.waitFor(() => expect(t.begun('wait')).toHaveLength(1))
  rmSync(paths[0])
  t.go('wait')
  await t.settle()
  expect(await t.sidecar(paths[1])).toMatchObject({ state: 'ready', attempts: 1 })
})

test('a volume that goes away while its files are processed leaves them waiting', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTroubled()
  const path = join(t.dataDir, '..', 'stick')
  {
    using _ = mountTmpfs(path, '1m')
    t.order('wait', '../stick/a.txt')
    await t.add({ path, mode: 'content', watch: false })
    await vi.waitFor(() => expect(t.begun('wait')).toHaveLength(1))
  }
  t.go('wait')
  await t.settle()
  expect(await t.library.sidecars.views.pending({ state: null, limit: 10 })).toMatchObject([
    { state: 'pending', attempts: 0, error: null },
  ])
})

test('a full disk stops the making of sidecars, which goes on once there is room', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTroubled()
  const disk = join(t.dataDir, '..', 'small')
  using _ = mountTmpfs(disk, '16m')
  await t.core.libraries.create({ name: 'Small', path: disk })
  const path = t.order('wait')
  const large = t.order('large')
  await t.add({ mode: 'content', watch: false })
  await vi.waitFor(async () => expect(await t.sidecar(large)).toMatchObject({ state: 'ready' }))
  const { bavail, bsize } = statfsSync(disk)
  const filler = join(disk, 'filler')
  writeFileSync(filler, new Uint8Array(bavail * bsize - 500_000))
  await t.library.sidecars.queue.regenerate(await t.library.files.contentOf(large, signal), {})
  t.go('wait')
  await vi.waitFor(() => expect(t.warnings.join()).toMatch(/DiskFull/))
  expect(await t.sidecar(large)).toMatchObject({ error: null })
  rmSync(filler)
  await t.settle()
  expect(await t.sidecar(path)).toMatchObject({ state: 'ready' })
  expect(await t.sidecar(large)).toMatchObject({ state: 'ready', size: 2 ** 20 })
  expect(draftsOf(t.library)).toEqual([])
  expect(await t.verify()).toEqual([])
})

test('a library that is read-only shows its sidecars and makes none', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTroubled()
  const path = t.order('fine')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const before = await t.sidecar(path)
  const contentId = await t.library.files.contentOf(path, signal)
  const folder = t.library.path
  await t.core.close()
  using _ = mountReadOnly(folder)
  await t.restart()
  await t.core.libraries.open({ path: folder, readOnly: true })
  expect(await t.library.sidecars.views.list(contentId)).toEqual([before])
  expect(await t.verify()).toEqual([])
  const denied = { code: 'PermissionDenied' }
  await expect(t.library.sidecars.queue.regenerate(contentId, {})).rejects.toMatchObject(denied)
  await expect(t.library.sidecars.requests.path(contentId, 'thumb', 'grid@2x')).resolves.toBe(before!.path)
})

test('changes to sidecar files while the daemon was stopped are found and repaired', async () => {
  await using t = await createTroubled()
  const names = ['fine', 'deleted', 'changed', 'cut']
  const paths = new Map(names.map((name) => [name, t.order(name)]))
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const files = new Map<string, string>()
  for (const [name, path] of paths) files.set(name, (await t.sidecar(path))!.path!)
  const { path: library } = t.library
  await t.core.close()
  rmSync(files.get('deleted')!)
  writeFileSync(files.get('changed')!, 'CHANGED')
  writeFileSync(files.get('cut')!, '')
  const added = join(dirname(files.get('fine')!), 'detail@1x.webp')
  writeFileSync(added, 'put here by somebody')
  writeFileSync(join(library, 'sidecars', 'drafts', 'left by a crash'), '')
  await t.restart()
  expect((await t.verify()).map(({ problem }) => problem).toSorted()).toEqual([
    'checksum',
    'missing',
    'orphan',
    'size',
    'temporary',
  ])
  expect(await t.library.sidecars.upkeep.reconcile(signal)).toEqual({ adopted: 0, setAside: 3, requeued: 3 })
  await t.settle()
  expect(await t.verify()).toEqual([])
  for (const name of names) expect(readFileSync(files.get(name)!, 'utf8')).toBe(name)
  const aside = readdirSync(join(library, 'sidecars', 'set-aside'))
  expect(aside.map((name) => readFileSync(join(library, 'sidecars', 'set-aside', name), 'utf8')).toSorted()).toEqual([
    '',
    'CHANGED',
    'put here by somebody',
  ])
})

test('a file with the name of a sidecar is adopted where its content is known', async () => {
  await using t = await createTroubled()
  const path = t.order('crash')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(path, signal)
  const folder = join(
    t.library.path,
    'sidecars',
    'content',
    contentId.slice(0, 2),
    contentId.slice(2, 4),
    contentId,
    'thumbs',
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'grid@2x.webp'), 'from elsewhere')
  appendFileSync(join(folder, '..', 'something else'), '')
  expect(await t.library.sidecars.upkeep.reconcile(signal)).toEqual({ adopted: 1, setAside: 1, requeued: 0 })
  expect(await t.sidecar(path)).toMatchObject({ state: 'ready', size: 14, error: null })
  expect(await t.verify()).toEqual([])
})

test.each([
  ['cancelled', (t: TestCore, id: never) => t.library.jobs.cancel(id)],
  ['paused', (t: TestCore, id: never) => t.library.jobs.pause(id)],
  ['cut short by closing the library', (t: TestCore) => t.core.libraries.close()],
  ['cut short by the end of the engine', (t: TestCore) => t.core.close()],
])('no process is left when the job is %s, nor what it has started', async (_, stop) => {
  await using t = await createTroubled()
  t.order('program')
  t.order('hang')
  await t.add({ mode: 'content', watch: false })
  await vi.waitFor(() => expect([...t.begun('program'), ...t.begun('hang')]).toHaveLength(3))
  const pids = [...t.begun('program'), ...t.begun('hang')]
  expect(pids.map(isAlive)).toEqual([true, true, true])
  const [job] = t.library.jobs.list({ status: 'running' })
  await stop(t, job!.id as never)
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false, false]))
})

test('manual changes to sidecar files are noticed at once and repaired', async () => {
  await using t = await createTroubled()
  const names = ['deleted', 'changed', 'cut', 'emptied']
  const files = new Map<string, string>()
  const paths = names.map((name) => t.order(name))
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  for (const [i, name] of names.entries()) files.set(name, (await t.sidecar(paths[i]!))!.path!)
  const isPutRight = async (name: string, change: (file: string) => void) => {
    const file = files.get(name)!
    change(file)
    expect(existsSync(file) && readFileSync(file, 'utf8')).not.toBe(name)
    // No request asked for a check of the files.
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toBe(name))
  }
  await t.restart()
  // It begins in the background; this ends when it has.
  await t.library.sidecars.upkeep.watch()
  await isPutRight('deleted', (file) => rmSync(file))
  await isPutRight('changed', (file) => writeFileSync(file, 'CHANGED'))
  await isPutRight('cut', (file) => writeFileSync(file, 'c'))
  await isPutRight('emptied', (file) => rmSync(dirname(file), { recursive: true }))
  await vi.waitFor(async () => expect(await t.verify()).toEqual([]))
  await t.settle()
  for (const name of names) expect(readFileSync(files.get(name)!, 'utf8')).toBe(name)
  // One that was put there.
  const added = join(dirname(files.get('cut')!), 'whatever.webp')
  writeFileSync(added, 'somebody')
  await vi.waitFor(() => expect(existsSync(added)).toBe(false))
})

test('a file that is in its place already is adopted, and not made again', async () => {
  const generators: Generator[] = []
  await using t = await createTestCore({ generators, decoderBox: unboxed })
  const log = join(t.dataDir, '..', 'adopted.log')
  const path = t.write('a.txt', `fine ${log}`)
  await t.add({ mode: 'content', watch: false })
  const contentId = await t.library.files.contentOf(path, signal)
  const place = sidecarPath(join(t.library.path, 'sidecars'), {
    contentId,
    kind: 'thumb',
    variant: 'grid@2x',
    format: 'webp',
  })
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, 'made by a run that was killed')
  generators.push(troubled)
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'ready', attempts: 0, path: place }])
  expect(readFileSync(place, 'utf8')).toBe('made by a run that was killed')
  expect(existsSync(log)).toBe(false)
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  // Asked for, it is made again.
  await t.library.sidecars.queue.regenerate(contentId, {})
  await t.settle()
  expect(readFileSync(place, 'utf8')).toBe('fine')
})

test('a file whose time was over on a busy machine stays pending, and is made when there is time', async () => {
  const machine = createTestMachine()
  machine.busy = 4
  await using t = await createTestCore({
    generators: [{ ...troubled, deadlineMs: 1_000 }],
    decoderBox: unboxed,
    machine,
  })
  const log = join(t.dataDir, '..', 'wait.log')
  const path = t.write('wait.txt', `toil ${log}`)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(path, signal)
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'pending', error: null }])
  machine.busy = 0
  writeFileSync(`${log}.go`, '')
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'ready' }])
})

test('a file whose time is always over fails in the end, even if the machine is always busy', async () => {
  const machine = createTestMachine()
  machine.busy = 4
  await using t = await createTestCore({
    generators: [{ ...troubled, deadlineMs: 250 }],
    decoderBox: unboxed,
    machine,
  })
  const path = t.write('wait.txt', 'hang')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(path, signal)
  const view = () => t.library.sidecars.views.list(contentId)
  expect(await view()).toMatchObject([{ state: 'pending', attempts: 2 }])
  // The attempts of earlier runs count too, also after a restart, which may begin a run by itself.
  await t.restart()
  for (let run = 0; run < 3; run++) {
    await t.library.locations.rescan({ location: t.root, force: true })
    await t.settle()
  }
  expect(await view()).toMatchObject([{ state: 'failed', attempts: 6, error: { code: 'Timeout' } }])
})

test.each([
  ['cut off', '{"engine":{"name":"a","ver'],
  ['of no engine', '{"pages":[]}'],
  ['too large to look into', JSON.stringify({ engine: { name: 'a', version: '1' }, text: 'x'.repeat(2 ** 20) })],
])('JSON in its place that is %s is not adopted, but made again', async (_, json) => {
  const generators: Generator[] = []
  await using t = await createTestCore({ generators, decoderBox: unboxed })
  const path = t.write('a.txt', `fine ${join(t.dataDir, '..', 'adopted.log')}`)
  await t.add({ mode: 'content', watch: false })
  const contentId = await t.library.files.contentOf(path, signal)
  const output = { variant: 'default', format: 'json' }
  const place = sidecarPath(join(t.library.path, 'sidecars'), { contentId, kind: 'text', ...output })
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, json)
  generators.push({ ...troubled, kind: 'text', variants: ['default'], outputs: [output] })
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'ready', attempts: 1, path: place }])
  expect(readFileSync(place, 'utf8')).toBe('fine')
})
