import { DatabaseSync } from 'node:sqlite'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { troubled, unboxed } from './troubled-generator/index.ts'
import { jpeg } from '../testing/media/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()

/**
 * Leaves a job as an end of the process could have left it: it stopped so often while the job worked on some items, and
 * nothing of what `undo` takes back was done.
 */
async function stoppedAt(
  t: TestCore,
  name: string,
  items: Readonly<Record<string, number>>,
  undo: string,
): Promise<void> {
  const { path } = t.library
  await t.core.close()
  const db = new DatabaseSync(join(path, 'jobs.db'))
  try {
    const { id } = db.prepare('select id from jobs where name = ? order by id desc').get(name) as { id: number }
    db.prepare(
      `update jobs set status = 'running', state = null, output = null, ended_at = null, crashes = 1 where id = ?`,
    ).run(id)
    const insert = db.prepare('insert into job_items(job_id, item, stops, at_work) values (?, ?, ?, 1)')
    // The next start counts one more.
    for (const [item, stops] of Object.entries(items)) insert.run(id, item, stops - 1)
  } finally {
    db.close()
  }
  const library = new DatabaseSync(join(path, 'database.db'))
  library.exec(undo)
  library.close()
  await t.restart()
}

function fileItem(t: TestCore, name: string): string {
  const row = t.library.store.connection
    .prepare('select id, size, mtime, mtime_ns from entries where name = ?')
    .get(name)
  return `file ${Number(row!['id'])} of ${Number(row!['mtime'])}.${Number(row!['mtime_ns'])}, ${Number(row!['size'])} bytes`
}

function statesOf(t: TestCore): Record<string, number> {
  const rows = t.library.store.connection
    .prepare('select name, content_state from entries where kind = 0 order by name')
    .all()
  return Object.fromEntries(rows.map((row) => [String(row['name']), Number(row['content_state'])]))
}

/** What index runs have warned of, whichever of them came first. All of them have completed. */
function warningsOf(t: TestCore): string[] {
  const jobs = t.library.jobs.list().filter(({ name }) => name === 'indexing.location')
  expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(['completed']))
  return [...new Set(jobs.flatMap(({ id }) => t.library.jobs.info(id).warningList.map(({ message }) => message)))]
}

const IDENTIFIED = 1
const FAILED = 2

test('a file whose reading stopped the process again and again is left out of an index run, and the rest is identified', async () => {
  await using t = await createTestCore()
  for (const name of ['a.txt', 'b.txt', 'c.txt']) t.write(name, `words of ${name}`)
  await t.add({ mode: 'content', watch: false })
  const items = { [fileItem(t, 'b.txt')]: 5, [fileItem(t, 'c.txt')]: 1 }
  await stoppedAt(t, 'indexing.location', items, 'update entries set content_state = 0, content_id = null')
  await t.settle()
  expect(statesOf(t)).toEqual({ 'a.txt': IDENTIFIED, 'b.txt': FAILED, 'c.txt': IDENTIFIED })
  expect(warningsOf(t)).toEqual([
    `${t.path('b.txt')} cannot be read: Spacedrive stopped 5 times while it worked on this; it is read again once it has changed`,
  ])
})

test('a photo whose facts stopped the process again and again is shown without them', async () => {
  await using t = await createTestCore()
  writeFileSync(t.path('a.jpg'), jpeg({ width: 3, height: 4 }))
  writeFileSync(t.path('b.jpg'), jpeg({ width: 5, height: 6 }))
  await t.add({ mode: 'deep', watch: false })
  const content = t.library.store.connection.prepare(`select content_id as id from entries where name = 'b.jpg'`).get()
  await stoppedAt(
    t,
    'indexing.location',
    { [`media of ${Number(content!['id'])}`]: 5 },
    'update content_identities set examined_at = null',
  )
  await t.settle()
  const left = t.library.store.connection.prepare(
    `select count(*) as n from content_identities where examined_at is null`,
  )
  expect(left.get()).toEqual({ n: 0 })
  expect(warningsOf(t)).toEqual(['Spacedrive stopped 5 times while it worked on this'])
})

test('a sidecar whose making stopped the process again and again has failed with the reason, and has no file; a person may try again', async () => {
  await using t = await createTestCore({ generators: [troubled], decoderBox: unboxed })
  const path = t.write('a.txt', `fine ${join(t.dataDir, '..', 'fine.log')}`)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(path, signal)
  const [made] = await t.library.sidecars.views.list(contentId)
  const items = { [`${troubled.kind} ${contentId}`]: 5 }
  // The killed run had made the file, and not said so yet.
  await stoppedAt(t, 'sidecars.generate', items, 'update sidecars set state = 0')
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([
    { state: 'failed', error: { message: expect.stringMatching(/^Spacedrive stopped 5 times .*sidecar retry/) } },
  ])
  expect(existsSync(made!.path!)).toBe(false)
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  await t.library.sidecars.queue.retry({})
  await t.settle()
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'ready' }])
})

test('a file that a killed run has left without a row is adopted by the next run', async () => {
  await using t = await createTestCore({ generators: [troubled], decoderBox: unboxed })
  const path = t.write('a.txt', `fine ${join(t.dataDir, '..', 'fine.log')}`)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(path, signal)
  const folder = join(t.library.path, 'sidecars')
  expect(readdirSync(folder)).not.toContain('run-under-way')
  writeFileSync(join(folder, 'run-under-way'), '')
  await stoppedAt(t, 'sidecars.generate', {}, 'delete from sidecars')
  await t.settle()
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  expect(await t.library.sidecars.views.list(contentId)).toMatchObject([{ state: 'ready' }])
  expect(readdirSync(folder)).not.toContain('run-under-way')
})
