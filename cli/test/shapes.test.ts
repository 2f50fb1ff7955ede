import { appendFile, link, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { TestHome } from './run-cli.ts'
import { makeWorld } from './world.ts'

// The shapes that scripts rely on: these fields under these names, of these types. More may stand beside them.

const id = z.uuid()
const path = z.string().startsWith('/')
const time = z.iso.datetime()
const count = z.int().min(0)
const failure = z.object({ code: z.string(), message: z.string() })

const library = z.object({ id, name: z.string(), path, open: z.boolean(), current: z.boolean() })
const counts = z.object({ files: count, directories: count, bytes: count })
const location = z.object({
  id,
  name: z.string(),
  path,
  mode: z.enum(['shallow', 'content', 'deep']),
  watch: z.boolean(),
  state: z.enum(['pending', 'scanning', 'complete', 'paused', 'offline', 'error']),
})
const listedLocation = location.extend({ counts, lastScanAt: time.nullable(), error: z.string().nullable() })
const job = z.object({
  id,
  name: z.string(),
  status: z.enum(['queued', 'running', 'paused', 'completed', 'failed', 'cancelled']),
  priority: z.number(),
  progress: z.object({
    phase: z.string(),
    done: count,
    total: count.nullable(),
    bytes: count,
    rate: z.number().nullable(),
    etaMs: z.number().nullable(),
  }),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  error: failure.nullable(),
  warnings: count,
})
const types = [
  'unknown', 'image', 'video', 'audio', 'document', 'archive', 'code', 'text', 'database', 'book', 'font', 'mesh',
  'config', 'encrypted', 'key', 'executable', 'binary', 'spreadsheet', 'presentation', 'email', 'calendar', 'contact',
  'web', 'shortcut', 'package', 'model', 'memory',
] as const // oxfmt-ignore
const entry = z.object({
  id: id.nullable(),
  path,
  name: z.string(),
  kind: z.enum(['file', 'directory', 'symlink', 'other']),
  type: z.enum(types),
  extension: z.string().nullable(),
  mime: z.string().nullable(),
  size: count,
  allocated: count,
  modifiedAt: time,
  createdAt: time.nullable(),
  contentId: id.nullable(),
  hidden: z.boolean(),
  childCount: count.nullable(),
  fileCount: count.nullable(),
  totalSize: count.nullable(),
})
const listing = z.object({ path, items: z.array(entry).min(1), total: count })
const rule = z.object({ name: z.string(), source: z.string(), pattern: z.string() })
const volume = z.object({
  id: id.nullable(),
  fingerprint: z.string().min(1),
  name: z.string(),
  mountPoint: path.nullable(),
  kind: z.string(),
  disk: z.string(),
  filesystem: z.string(),
  totalBytes: count,
  freeBytes: count,
  tracked: z.boolean(),
  online: z.boolean(),
  readOnly: z.boolean(),
  cow: z.boolean(),
})

const sidecar = z.object({
  kind: z.string(),
  variant: z.string(),
  format: z.string(),
  state: z.enum(['pending', 'generating', 'ready', 'failed']),
  size: count.nullable(),
  checksum: z.string().nullable(),
  engine: z.object({ name: z.string(), version: z.string() }).nullable(),
  recipe: count,
  path: path.nullable(),
  source: z.enum(['managed', 'reference']),
  attempts: count,
  error: failure.nullable(),
  createdAt: time,
})
const pendingSidecar = sidecar
  .pick({ kind: true, variant: true, state: true, attempts: true, error: true })
  .extend({ contentId: id, path: path.nullable(), nextAttemptAt: time.nullable() })

let home: TestHome
let added: unknown

beforeAll(async () => {
  home = await TestHome.create()
  const photos = await makeWorld(home.path)
  await symlink('beach.jpg', join(photos, 'link.jpg'))
  await link(join(photos, 'beach.jpg'), join(photos, 'hard link.jpg'))
  await home.json('library', 'create', 'Photos')
  added = await home.json('location', 'add', 'photos', '--wait')
  await vi.waitUntil(
    async () => {
      const { items } = await home.json<{ items: object[] }>('sidecar', 'list', 'photos/beach.jpg')
      return items.length >= 3
    },
    { interval: 200 },
  )
})

/** Waits until no job could see later changes. */
async function untilIdle(): Promise<void> {
  const busy = async () => {
    const jobs = await home.json<{ status: string }[]>('job', 'list')
    return jobs.filter(({ status }) => status === 'queued' || status === 'running')
  }
  await expect.poll(busy, { interval: 200 }).toEqual([])
}

afterAll(() => home[Symbol.asyncDispose]())

test.each([
  ['status', z.object({
    version: z.string(), instance: z.literal('default'), dataDir: path, pid: count, uptimeMs: count,
    library: z.object({ id, name: z.literal('Photos') }), libraries: z.literal(1),
    jobs: z.object({ running: count, queued: count }), network: z.object({ state: z.string() }),
    memory: z.object({ rssBytes: count }), explorer: z.url(), tokenFile: path, httpSocket: path,
  })],
  ['library create Other', library.extend({ current: z.literal(true) })],
  ['library switch Photos', library.extend({ current: z.literal(true) })],
  ['library list', z.array(library).length(2)],
  ['library info', library.extend({ counts, sizeOnDisk: count })],
  ['location list', z.array(listedLocation).length(1)],
  ['location info photos', listedLocation],
  ['job list', z.array(job).min(1)],
  ['file list photos', listing.extend({ source: z.literal('index') })],
  ['file list .', listing.extend({ source: z.literal('disk') })],
  ['file info photos/beach.jpg', entry.extend({
    id, contentId: id, contentHash: z.string().regex(/^[0-9a-f]{16}$/), integrityHash: z.string().nullable(),
    copies: z.array(z.object({ path, device: z.string(), volume: z.string().nullable(), online: z.boolean() })).min(2),
    sidecars: z.array(sidecar).min(3), metadata: z.record(z.string(), z.unknown()).nullable(), rules: z.array(rule),
  })],
  ['sidecar list photos/beach.jpg', z.object({ contentId: id, items: z.array(sidecar).min(3) })],
  ['sidecar list photos/.hidden.txt --kind proxy', z.object({ contentId: id, items: z.array(z.never()) })],
  ['sidecar list sidecar://*/thumbs/grid@2x.webp', z.object({ items: z.array(sidecar).min(1) })],
  ['sidecar pending', z.array(pendingSidecar)],
  ['sidecar usage', z.array(z.object({ kind: z.string(), variant: z.string(), files: count, bytes: count }))],
  ['sidecar cleanup --dry-run', z.object({ files: count, bytes: count })],
  ['file info photos/app/node_modules', entry.extend({ id: z.null(), rules: z.array(rule).min(1) })],
  ['file duplicates', z.object({
    groups: z.array(z.object({
      contentId: id, size: count, verified: z.literal('sampled'), files: z.array(z.object({ path, online: z.boolean() })).min(2),
    })).length(1),
    reclaimableBytes: z.literal(5_000),
  })],
  ['file duplicates --verify', z.object({ groups: z.array(z.object({ verified: z.literal('full') })).length(1) })],
  ['search beach', z.object({
    query: z.literal('beach'), total: z.literal(2), totalIsExact: z.literal(true), tookMs: z.number(), cursor: z.string().nullable(),
    items: z.array(entry.extend({
      location: z.object({ id, name: z.string() }).or(id), online: z.boolean(),
      why: z.array(z.object({ field: z.string(), ranges: z.array(z.tuple([count, count])) })).min(1),
    })).length(2),
  })],
  ['search --limit 1', z.object({ cursor: z.string() })],
  ['index verify photos', z.object({ checked: count, differences: z.array(z.never()) })],
  ['index explain photos/app/node_modules', z.object({ path, indexed: z.literal(false), rule })],
  ['index explain photos', z.object({ path, indexed: z.literal(true), rule: z.null() })],
  ['index browse photos', listing.extend({ tookMs: z.number() })],
  ['volume list --all', z.array(volume).min(1)],
  ['device info', z.object({
    id, name: z.string(), slug: z.string(), os: z.object({ platform: z.string() }),
    hardware: z.object({ cores: count }), capabilities: z.record(z.string(), z.boolean()), current: z.literal(true),
  })],
  ['device list', z.array(z.object({ id, current: z.literal(true), lastSeenAt: time })).length(1)],
  ['doctor', z.object({
    ok: z.boolean(),
    checks: z.array(z.object({
      name: z.string(), state: z.enum(['ok', 'warning', 'error']), detail: z.string(), fix: z.string().nullable(),
    })).min(3),
    engines: z.array(z.object({
      job: z.string(), name: z.string(), version: z.string().nullable(), available: z.boolean(), licence: z.string(), how: z.string(),
    })),
  })],
] as const)('%s --json', async (line, shape) => {
  expect(z.prettifyError(shape.safeParse(await home.json(...line.split(' '))).error ?? new z.ZodError([]))).toBe('')
}) // oxfmt-ignore

test('sidecar verify --json and reconcile --json say what was wrong, and that it is put right', async () => {
  const ready = async () => {
    const pending = await home.json<object[]>('sidecar', 'pending')
    return pending.filter((each) => Reflect.get(each, 'state') !== 'failed').length
  }
  await expect.poll(ready, { interval: 200 }).toBe(0)
  const { items } = await home.json<{ items: { path: string }[] }>('sidecar', 'list', 'photos/beach.jpg')
  // What is removed while the daemon watches is made again at once.
  await home.run('stop')
  await rm(items[0]!.path)
  const problem = z.object({
    contentId: id,
    kind: z.string(),
    variant: z.string(),
    problem: z.enum(['missing', 'checksum', 'size', 'orphan', 'temporary']),
  })
  const { code, stdout } = await home.run('sidecar', 'verify', '--json')
  expect(code).toBe(1)
  const shape = z.object({ checked: count, problems: z.array(problem).length(1) })
  expect(shape.parse(JSON.parse(stdout)).problems[0]).toMatchObject({ problem: 'missing' })
  const reconciled = z.object({ adopted: count, setAside: count, requeued: z.literal(1) })
  expect(reconciled.safeParse(await home.json('sidecar', 'reconcile')).success).toBe(true)
  await expect.poll(ready, { interval: 200 }).toBe(0)
  expect((await home.run('sidecar', 'verify')).code).toBe(0)
})

test('location add --json names the location and the job that indexes it; job wait --json gives that job', async () => {
  const { job: queued } = z.object({ location, job: z.object({ id }) }).parse(added)
  expect(job.parse(await home.json('job', 'wait', queued.id))).toMatchObject({ id: queued.id, status: 'completed' })
})

test('index verify --json says what differs, and how', async () => {
  const photos = join(home.path, 'photos')
  await home.json('location', 'update', 'photos', '--watch', 'false')
  // The daemon was started anew by then, and looks at its locations when it starts.
  await untilIdle()
  await appendFile(join(photos, 'notes.txt'), ' and more')
  await writeFile(join(photos, 'new.txt'), 'new')
  const { code, stdout } = await home.run('index', 'verify', 'photos', '--json')
  expect(code).toBe(1)
  const kinds = ['missing-from-index', 'stale-in-index', 'size', 'modified', 'inode', 'content']
  const shape = z.object({ checked: count, differences: z.array(z.object({ kind: z.enum(kinds), path })) })
  expect(shape.parse(JSON.parse(stdout)).differences).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'missing-from-index', path: join(photos, 'new.txt') }),
      expect.objectContaining({ kind: 'size', path: join(photos, 'notes.txt') }),
    ]),
  )
})

test('a name that is no UTF-8 is also given as bytes, and taken so', async () => {
  const bytes = Buffer.concat([Buffer.from(join(home.path, 'photos/bad-')), Buffer.from([0xff]), Buffer.from('.txt')])
  await writeFile(bytes, 'bad')
  const { items } = await home.json<{ items: Record<string, string>[] }>('index', 'browse', 'photos')
  const bad = items.find(({ name }) => name?.startsWith('bad-'))
  expect(bad).toMatchObject({
    name: 'bad-\ufffd.txt',
    nameBase64: Buffer.concat([Buffer.from('bad-'), Buffer.from([0xff]), Buffer.from('.txt')]).toString('base64'),
    pathBase64: bytes.toString('base64'),
  })
  expect(await home.json('file', 'info', `base64:${bytes.toString('base64')}`)).toMatchObject({ size: 3 })
})

test('an error with --json is one object on stderr, and nothing on stdout', async () => {
  const { code, stderr, stdout } = await home.run('location', 'info', 'nowhere', '--json')
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  const shape = z.object({ error: failure.extend({ code: z.literal('NotFound'), details: z.unknown() }) })
  expect(shape.safeParse(JSON.parse(stderr)).success).toBe(true)
})
