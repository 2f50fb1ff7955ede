import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Core } from '@spacedrive/core'
import { type Library, SearchInput } from '@spacedrive/core/domain'
import { scenario, type Stage } from './runner.ts'

await scenario('two engines at the same time have nothing in common', import.meta.url, {
  alice: (stage) => ownWorld(stage, { me: 'alice', partner: 'bob' }),
  bob: (stage) => ownWorld(stage, { me: 'bob', partner: 'alice' }),
})

await scenario('what alice makes and closes, bob opens, elsewhere too', import.meta.url, {
  async alice({ dataDir, say, sharedDir, until }) {
    const files = join(sharedDir, 'files')
    await mkdir(files)
    await writeFile(join(files, 'from alice.txt'), 'hello bob')
    await using core = await Core.open({ dataDir })
    const { id, path } = await core.libraries.create({ name: 'Ours', path: sharedDir })
    await index(core, files)
    say('made', path)
    await until('bob', 'refused')
    await core.libraries.close()
    say('closed')

    const moved = await until('bob', 'closed')
    equal((await core.libraries.open({ path: moved, readOnly: false })).id, id)
    deepEqual(await found(core, 'from'), ['from alice.txt', 'from bob.txt'])
    const devices = await core.libraries.resolve().listDevices()
    equal(new Set(devices.map((device) => device.id)).size, 2)
  },

  async bob({ dataDir, say, sharedDir, until }) {
    const path = await until('alice', 'made')
    const files = join(sharedDir, 'files')
    await using core = await Core.open({ dataDir })
    await rejects(core.libraries.open({ path, readOnly: false }), { code: 'Locked' })
    await core.libraries.open({ path, readOnly: true })
    deepEqual(await found(core, 'from'), ['from alice.txt'])
    await core.libraries.close()
    say('refused')

    await until('alice', 'closed')
    const moved = join(sharedDir, 'elsewhere.sdlibrary')
    await rename(path, moved)
    await core.libraries.open({ path: moved, readOnly: false })
    await writeFile(join(files, 'from bob.txt'), 'hello alice')
    const library = core.libraries.resolve()
    await library.locations.rescan({ location: files, force: false })
    await library.jobs.idle()
    deepEqual(await found(core, 'from'), ['from alice.txt', 'from bob.txt'])
    const report = await library.indexing.verify(
      { path: files, content: true, fix: false },
      AbortSignal.timeout(60_000),
    )
    deepEqual(report.differences, [])
    await core.libraries.close()
    say('closed', moved)
  },
})

/** Names and files are the same on both sides, and still nobody sees the other's. */
async function ownWorld({ dataDir, say, until }: Stage, { me, partner }: Readonly<Record<'me' | 'partner', string>>) {
  const files = join(dataDir, 'files')
  await mkdir(files, { recursive: true })
  await writeFile(join(files, `file of ${me}.txt`), 'x')
  await using core = await Core.open({ dataDir: join(dataDir, 'data') })
  const { id } = await core.libraries.create({ name: 'Mine' })
  await index(core, files)
  say('open', `${core.device.info().id} ${id}`)

  const [theirDevice, theirLibrary] = (await until(partner, 'open')).split(' ')
  notEqual(core.device.info().id, theirDevice)
  notEqual(id, theirLibrary)
  deepEqual(
    core.libraries.list().map((library: Library) => library.id),
    [id],
  )
  deepEqual(await found(core, 'file of'), [`file of ${me}.txt`])
  // Neither closes before the other has looked.
  say('looked')
  await until(partner, 'looked')
}

async function index(core: Core, path: string): Promise<void> {
  const library = core.libraries.resolve()
  const { job } = await library.locations.add({ path, mode: 'shallow', watch: false })
  equal((await library.jobs.wait(job.id)).status, 'completed')
}

async function found(core: Core, query: string): Promise<string[]> {
  const { items } = await core.libraries.resolve().search.search(SearchInput.parse({ query, sort: 'name' }))
  return items.map(({ name }) => name)
}
