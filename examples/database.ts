// The library's database: read with typed queries, written in transactions that tell afterwards, copied while in use.
import { mkdir, mkdtempDisposable, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Core } from '@spacedrive/core'
import { entryKindNumbers } from '@spacedrive/core/domain'

await using temp = await mkdtempDisposable(join(tmpdir(), 'spacedrive-database-'))
const root = join(temp.path, 'files')
await mkdir(join(root, 'letters'), { recursive: true })
for (const name of ['letters/to ann.pdf', 'letters/to bob.pdf', 'notes.txt']) await writeFile(join(root, name), name)
// Large, and takes no space: a hole from end to end.
await writeFile(join(root, 'film.mkv'), '')
await truncate(join(root, 'film.mkv'), 200 * 1024 ** 2)

await using core = await Core.open({ dataDir: join(temp.path, 'data') })
await core.libraries.create({ name: 'Letters' })
const library = core.libraries.resolve()
const { location } = await library.locations.add({ path: root, mode: 'shallow', watch: false })
await library.jobs.idle()

const inTables = library.store.connection.prepare('select name from pragma_table_list where strict = 1 order by name')
console.log(
  `tables: ${inTables
    .all()
    .map(({ name }) => String(name))
    .join(', ')}`,
)

/** Every table and column is known to the compiler (`core/src/store/schema/`). */
const pdfs = await library.store.read((db) =>
  db
    .selectFrom('entries')
    .innerJoin('extensions', 'extensions.id', 'entries.ext_id')
    .select(['entries.name', 'entries.size'])
    .where('extensions.ext', '=', 'pdf')
    .orderBy('entries.sort_key')
    .execute(),
)
console.log(`pdf files: ${pdfs.map(({ name, size }) => `${String(name)} (${size} bytes)`).join(', ')}`)

const large = await library.store.read((db) =>
  db
    .selectFrom('entries')
    .select(['name', 'size', 'allocated'])
    .where('kind', '=', entryKindNumbers.file)
    .where('size', '>', 100 * 1024 ** 2)
    .execute(),
)
console.log(
  `larger than 100 MiB: ${large.map(({ allocated, name }) => `${String(name)}, ${allocated} on disk`).join()}`,
)

/** Sums of whole trees are kept with each folder, so no query has to walk. */
const sums = await library.store.read((db) =>
  db.selectFrom('directories').select(['file_count', 'dir_count']).where('scanned_at', 'is not', null).execute(),
)
console.log(`folders: ${sums.map((sum) => `${sum.file_count} files and ${sum.dir_count} folders below`).join('; ')}`)

// Features write like this: one transaction, and events that are sent when it has committed.
using _ = core.events.subscribe(({ type }) => console.log(`event: ${type}`), {
  types: ['location.updated', 'location.removed'],
})
await library.store.write(async ({ db, emit }) => {
  await db.updateTable('locations').set({ name: 'Post' }).where('name', '=', location.name).execute()
  emit('location.updated', { ...location, name: 'Post' })
})
const failed = library.store.write(async ({ db, emit }) => {
  await db.deleteFrom('locations').execute()
  emit('location.removed', { locationId: location.id })
  throw new Error('changed my mind')
})
console.log(`a write that fails: ${await failed.catch((err: Error) => err.message)}`)
const kept = await library.store.read((db) => db.selectFrom('locations').select('name').execute())
console.log(`still there: ${kept.map(({ name }) => name).join()}`)

const { signal } = new AbortController()
const backup = await core.libraries.backup(library, { to: temp.path }, signal)
console.log(`copied while in use, and read back: ${backup.verified}`)
console.log(`sound: ${(await core.libraries.check(library, signal)).ok}`)
