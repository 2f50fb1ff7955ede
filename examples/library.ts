// A library is a folder: made, used, closed, moved elsewhere, opened again by another installation.
import { mkdtempDisposable, readdir, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Core, type CoreError } from '@spacedrive/core'
import type { Library } from '@spacedrive/core/domain'

await using temp = await mkdtempDisposable(join(tmpdir(), 'spacedrive-library-'))
const home = join(temp.path, 'home')
const away = join(temp.path, 'away')

async function makeAtHome(): Promise<Pick<Library, 'id' | 'path'>> {
  await using core = await Core.open({ dataDir: home })
  using _ = core.events.subscribe(({ type }) => console.log(`event: ${type}`), {
    types: ['library.created', 'library.updated', 'library.closed'],
  })

  await core.libraries.create({ name: 'Work' })
  const { id, name, path } = await core.libraries.create({ name: 'Personal' })
  console.log(`made "${name}" in ${basename(path)}, which holds ${(await shown(path)).join(', ')}`)

  // The library made last is the current one, which `resolve` gives.
  const library = core.libraries.resolve()
  await core.libraries.rename(library, 'Photos')
  console.log(`renamed it to "${library.name}"; its folder is still ${basename(library.path)}`)
  for (const each of core.libraries.list()) console.log(`known: ${each.name}${each.current ? ', the current one' : ''}`)

  await refusedElsewhere(path)
  const { problems } = await core.libraries.check(library, new AbortController().signal)
  const backup = await core.libraries.backup(library, {}, new AbortController().signal)
  console.log(`check: ${problems.length} problems; backup verified: ${backup.verified}`)
  return { id, path }
}

/** A library is open in one engine at a time: the other one is told which process has it. */
async function refusedElsewhere(path: string): Promise<void> {
  await using other = await Core.open({ dataDir: away })
  const error = await other.libraries.open({ path, readOnly: false }).catch((err: CoreError) => err)
  console.log(`opening it twice: ${'code' in error ? error.code : 'no error'}`)
  const { id } = await other.libraries.open({ path, readOnly: true })
  console.log(`opening it to read: ${other.libraries.resolve(id).readOnly ? 'allowed' : 'refused'}`)
  await other.libraries.delete({ library: id, keepFiles: true })
}

/** The folder goes where it likes, as on a disk that is carried from one machine to another. */
async function openAway(made: Pick<Library, 'id' | 'path'>): Promise<void> {
  const path = join(temp.path, 'Photos of 2026.sdlibrary')
  await rename(made.path, path)
  await using core = await Core.open({ dataDir: away })
  const { id, name } = await core.libraries.open({ path, readOnly: false })
  console.log(`opened "${name}" at its new place; the same library: ${id === made.id}`)
}

async function shown(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => !name.startsWith('.') && !/-(wal|shm)$/.test(name)).toSorted()
}

await openAway(await makeAtHome())
