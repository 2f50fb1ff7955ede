// From a folder to a library that knows what is in it: index, find, recognise the same content, keep up with changes.
import { appendFile, copyFile, mkdir, mkdtempDisposable, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { Core } from '@spacedrive/core'
import { SearchInput } from '@spacedrive/core/domain'

await using temp = await mkdtempDisposable(join(tmpdir(), 'spacedrive-content-'))
const root = join(temp.path, 'holiday')
await mkdir(join(root, 'best of'), { recursive: true })
await mkdir(join(root, 'node_modules/left-pad'), { recursive: true })
await writeFile(join(root, 'node_modules/left-pad/index.js'), 'left out: tools would fetch it again')
await writeFile(join(root, 'Beach at Dusk.jpg'), 'sand '.repeat(100_000))
await copyFile(join(root, 'Beach at Dusk.jpg'), join(root, 'best of/1.jpg'))
await writeFile(join(root, 'diary.txt'), 'we went to the beach')

const { signal } = new AbortController()
await using core = await Core.open({ dataDir: join(temp.path, 'data') })
await core.libraries.create({ name: 'Home' })
const library = core.libraries.resolve()

const { job, location } = await library.locations.add({ path: root, mode: 'content', watch: false })
const { status } = await library.jobs.wait(job.id, signal)
const { counts } = await library.locations.info(location.id)
console.log(`indexed: ${status}, ${counts.files} files in ${counts.directories} folders, ${counts.bytes} bytes`)
const { indexed, rule } = await library.indexing.explain(join(root, 'node_modules'))
console.log(`node_modules indexed: ${indexed}, by the rule "${rule?.name}"`)

// A file that was written a moment ago is looked at again before its content is believed.
await library.jobs.idle()
const { groups, reclaimableBytes } = await library.files.duplicates({ verify: true, limit: 10 }, signal)
for (const { contentId, files, verified } of groups)
  console.log(
    `same content ${contentId} (${verified} hash): ${files.map(({ path }) => relative(root, path)).join(', ')}`,
  )
console.log(`reclaimable: ${reclaimableBytes} bytes`)

// Words in any order, of any case, from the middle of a word too.
const found = await library.search.search(SearchInput.parse({ query: 'dusk BEA' }), signal)
console.log(`found: ${found.items.map(({ name }) => name).join(', ')}`)

// Moved and changed while nobody watched: the next scan finds out.
const before = await library.files.info(join(root, 'diary.txt'), signal)
await rename(join(root, 'diary.txt'), join(root, 'best of/diary of 2026.txt'))
await appendFile(join(root, 'best of/1.jpg'), 'and a shell')
const { differences } = await library.indexing.verify({ path: root, content: false, fix: false }, signal)
console.log(`the disk differs: ${[...new Set(differences.map(({ path }) => basename(path)))].toSorted().join(', ')}`)
await library.locations.rescan({ location: location.id, force: false })
await library.jobs.idle()
const after = await library.files.info(join(root, 'best of/diary of 2026.txt'), signal)
console.log(`the same entry after a move: ${after.id === before.id}`)
const now = await library.indexing.verify({ path: root, content: true, fix: false }, signal)
console.log(`differences now: ${now.total}`)
console.log(`duplicates now: ${(await library.files.duplicates({ verify: false, limit: 10 }, signal)).groups.length}`)
