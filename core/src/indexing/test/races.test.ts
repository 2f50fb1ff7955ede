import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTestIndex, type TestIndex } from '../../../testing/test-index.ts'
import type { DirtyDirectory, ScanHost } from '../thread/scan-request.ts'
import { objectAt } from './schedule-world.ts'
import { compareWithDisk, treeFaults } from './tree-oracle.ts'

// Single interleavings that once left the index wrong for good. Each one falls between a scan and its lease, or between
// two commits. Afterwards rows, sums and ids must be right, both immediately and after a scan that trusts fingerprints.

interface Race {
  readonly index: TestIndex
  readonly root: string
  at(path: string): string
  /** Differences in rows, sums and ids from the disk after a scan that trusts fingerprints, and after one more. */
  faults(): Promise<string[]>
}

/** Creates and indexes a tree of `paths`. A path that ends in a slash is a folder. */
async function startRace(paths: readonly string[], { isIndexed = true } = {}): Promise<Race> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sd-race-')))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const at = (path: string) => join(root, path)
  for (const path of paths) {
    mkdirSync(path.endsWith('/') ? at(path) : dirname(at(path)), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(at(path), path)
  }
  const index = await createTestIndex(root)
  onTestFinished(() => index[Symbol.dispose]())
  if (isIndexed) await index.scan()
  const ids = () =>
    new Map([...compareWithDisk(index.db, root).uuids].map(([path, uuid]) => [objectAt(path), uuid] as const))
  const before = ids()
  const changedIds = () =>
    [...ids()]
      .filter(([object, uuid]) => before.has(object) && before.get(object) !== uuid)
      .map(([object]) => `${object} has another id`)
  return {
    index,
    root,
    at,
    async faults() {
      const found = treeFaults(index.db)
      for (let scans = 0; scans < 2; scans++) {
        await index.scan()
        found.push(...treeFaults(index.db), ...compareWithDisk(index.db, root).faults, ...changedIds())
      }
      return found
    },
  }
}

/** A lease that runs `meanwhile` to its end once, at the first request for which `when` is true. */
function once(when: (request: number) => boolean, meanwhile: () => Promise<void>): Pick<ScanHost, 'lease'> {
  let requests = 0
  let isDone = false
  onTestFinished(() => expect(isDone).toBe(true))
  return {
    lease: async () => {
      if (!isDone && when(++requests)) {
        isDone = true
        await meanwhile()
      }
      return { [Symbol.dispose]: () => {} }
    },
  }
}

function look(dir: string, ...names: string[]): DirtyDirectory {
  return { dir, names: names.length > 0 ? names : null, depth: Number.POSITIVE_INFINITY }
}

/** Resets the times of a folder, so that only its listing reveals the change. */
function setTimes(dir: string): void {
  utimesSync(dir, 1_000, 1_000)
}

test('T1: a folder is renamed after it was listed and before the folders in it were', async () => {
  const race = await startRace(['photos/c1/f', 'photos/c2/f', 'photos/c3/f'], { isIndexed: false })
  const { index, root, at } = race
  const isListed = () => index.rows().has('photos/c3')
  await index.scan(
    {},
    {
      progress: () => {
        if (isListed() && existsSync(at('photos'))) renameSync(at('photos'), at('pictures'))
      },
    },
  )
  expect(readdirSync(root)).toEqual(['pictures'])
  expect(await race.faults()).toEqual([])
})

test('T2: a folder is moved and back, and the report of the folder it left is lost in a kill', async () => {
  const race = await startRace(['p/x/f', 'p/other', 'q/'])
  const { index, at } = race
  renameSync(at('p/x'), at('q/x'))
  await index.refresh([look(at('q'), 'x')])
  renameSync(at('q/x'), at('p/x'))
  expect(await race.faults()).toEqual([])
})

test('T3: a refresh waits to remove what another has found moved', async () => {
  const race = await startRace(['A/x/f', 'B/keep'])
  const { index, at } = race
  renameSync(at('A/x'), at('B/x'))
  const beforeRemoving = async () => void (await index.refresh([look(at('B'), 'x')]))
  await index.refresh([look(at('A'), 'x')], { beforeRemoving })
  expect(compareWithDisk(index.db, race.root).faults).toEqual([])
  expect(await race.faults()).toEqual([])
})

for (const isKilled of [true, false]) {
  test(`T4: the folder above is renamed while a listing waits to be recorded${isKilled ? ', and a kill follows' : ''}`, async () => {
    const race = await startRace(['d/e/f', 'd/e/old/'])
    const { index, root, at } = race
    mkdirSync(at('d/e/s'))
    writeFileSync(at('d/e/s/g'), 'g')
    setTimes(at('d/e'))
    const { lease } = once(
      (request) => request === 2,
      async () => {
        renameSync(at('d'), at('x'))
        await index.refresh([look(root, 'd', 'x')])
      },
    )
    let requests = 0
    const host = {
      lease: () => {
        if (isKilled && ++requests === 4) throw new Error('killed')
        return lease()
      },
    }
    await index.scan({}, host).catch((err: unknown) => err)
    expect(await race.faults()).toEqual([])
    rmSync(at('x'), { recursive: true })
    await index.refresh([look(root, 'x')])
    expect(await race.faults()).toEqual([])
  })
}

test('T5: a folder is removed while its listing waits to be recorded', async () => {
  const race = await startRace(['d/e/f', 'd/k'])
  const { index, at } = race
  for (const name of ['g', 'h']) writeFileSync(at(`d/e/${name}`), name)
  mkdirSync(at('d/e/sub'))
  setTimes(at('d/e'))
  const { lease } = once(
    (request) => request === 2,
    async () => {
      rmSync(at('d/e'), { recursive: true })
      await index.refresh([look(at('d'), 'e')])
    },
  )
  await index.scan({}, { lease })
  expect(await race.faults()).toEqual([])
})

const meanwhile: Record<string, (race: Race) => Promise<unknown>> = {
  'T6: a moved file is paired by a scan and a refresh at once': ({ index, root, at }) =>
    index.refresh([look(root, 'f'), look(at('q'), 'g')]),
  'T6: the same, and the file has grown between': ({ index, root, at }) => {
    writeFileSync(at('q/g'), 'more than before')
    return index.refresh([look(root, 'f'), look(at('q'), 'g')])
  },
  'T7: the old row of a moved file is removed while a scan is about to move it': ({ index, root }) =>
    index.refresh([look(root, 'f')]),
}
for (const [what, during] of Object.entries(meanwhile)) {
  test(`${what}, and rows equal the disk`, async () => {
    const race = await startRace(['f', 'q/k', 'z'])
    const { index, at } = race
    renameSync(at('f'), at('q/g'))
    const { lease } = once(
      (request) => request >= 2 || index.rows().has('q/g'),
      async () => void (await during(race)),
    )
    await index.scan({}, { lease })
    expect(await race.faults()).toEqual([])
  })
}

test('T8: a folder is wrapped into one of its own name while it is listed, and no circle comes of it', async () => {
  const race = await startRace(['x/y/f', 'k'])
  const { index, at } = race
  writeFileSync(at('k2'), 'k2')
  const { lease } = once(
    (request) => request === 2,
    async () => {
      renameSync(at('x'), at('z'))
      mkdirSync(at('x/y'), { recursive: true })
      renameSync(at('z'), at('x/y/x'))
    },
  )
  await index.scan({}, { lease })
  expect(await race.faults()).toEqual([])
})

for (const [name, to] of [
  ['the folder itself', 'd'],
  ['the folder above it', 'x'],
] as const) {
  test(`a folder becomes a location of its own after ${name} was renamed, and before that was seen`, async () => {
    const race = await startRace(['d/e/f', 'd/e/g/h', 'k'])
    const { index, root, at } = race
    const inner = to === 'd' ? 'd/n' : 'x/e'
    renameSync(at('d/e'), at('d/n'))
    if (to === 'x') {
      renameSync(at('d/n'), at('d/e'))
      renameSync(at('d'), at('x'))
    }
    await index.addLocation(at(inner))
    await index.refresh([look(root, 'd', 'x'), look(at('d'), 'e', 'n')])
    expect(treeFaults(index.db)).toEqual([])
    // The inner location's own scan records its files.
    await index.scan({}, {})
    expect(treeFaults(index.db)).toEqual([])
    expect(compareWithDisk(index.db, root).faults).toEqual([
      `${at(`${inner}/f`)} is missing`,
      `${at(`${inner}/g`)} is missing`,
    ])
  })
}

test('the root of a nested location that has a second row, at the place to which it returns, takes that place', async () => {
  const race = await startRace(['d/k', 'home/n/f', 'home/n/g/h'])
  const { index, at } = race
  renameSync(at('home/n'), at('d/n'))
  await index.addLocation(at('d/n'))
  renameSync(at('d/n'), at('home/n'))
  await index.refresh([look(at('d'), 'n')])
  await index.refresh([look(at('home'), 'n')])
  const { id, path } = index.db
    .prepare(
      `select l.directory_id as id, l.path from locations l join entries e on e.id = l.directory_id where e.name = 'n'`,
    )
    .get() as { id: number; path: Uint8Array }
  expect(Buffer.from(path).toString()).toBe(at('home/n'))
  expect(index.rows().get('home/n')?.id).toBe(id)
  expect(treeFaults(index.db)).toEqual([])
  // The inner location's own scan records its files.
  await index.scan({ dir: at('home/n'), directoryId: id, volumePath: `${at('home/n').slice(1)}/` })
  expect(await race.faults()).toEqual([])
})

test('the root of a nested location that is gone keeps its path, although a row says that it is elsewhere', async () => {
  const race = await startRace(['d/k', 'home/n/f'])
  const { index, root, at } = race
  renameSync(at('home/n'), at('d/n'))
  await index.addLocation(at('d/n'))
  const away = `${root}-away`
  onTestFinished(() => rmSync(away, { recursive: true, force: true }))
  renameSync(at('d/n'), away)
  await index.refresh([look(at('d'), 'n')])
  const { path } = index.db
    .prepare(`select l.path from locations l join entries e on e.id = l.directory_id where e.name = 'n'`)
    .get() as { path: Uint8Array }
  expect(Buffer.from(path).toString()).toBe(at('d/n'))
  expect(treeFaults(index.db)).toEqual([])
})

for (const order of [
  ['draft', 'notes'],
  ['notes', 'draft'],
]) {
  test(`a file saved through a draft that was indexed keeps its id, though ${order.join(' is seen before ')}`, async () => {
    const race = await startRace(['notes', 'k'])
    const { index, root, at } = race
    const id = () => index.rows().get('notes')?.uuid
    const before = id()
    writeFileSync(at('draft'), 'written anew')
    await index.scan()
    renameSync(at('draft'), at('notes'))
    for (const name of order) await index.refresh([look(root, name)])
    expect(id()).toBe(before)
    expect(treeFaults(index.db)).toEqual([])
    expect(compareWithDisk(index.db, root).faults).toEqual([])
  })
}

test('a file comes back to its name, where one with a second name stood for a moment, and keeps its id', async () => {
  const race = await startRace(['one', 'd/six', 'k'])
  const { index, root, at } = race
  linkSync(at('d/six'), at('seven'))
  await index.scan()
  const id = () => index.rows().get('one')?.uuid
  const before = id()
  const exchange = () => {
    renameSync(at('one'), at('d/aside'))
    renameSync(at('d/six'), at('one'))
    renameSync(at('d/aside'), at('d/six'))
  }
  exchange()
  await index.refresh([look(root, 'one')])
  exchange()
  await index.refresh([look(root, 'one'), look(at('d'), 'six', 'aside')])
  expect(id()).toBe(before)
  expect(treeFaults(index.db)).toEqual([])
  expect(compareWithDisk(index.db, root).faults).toEqual([])
})

test('a file keeps its id, though the row that it left its name to is removed before it is found again', async () => {
  const race = await startRace(['two', 'd/three', 'k'])
  const { index, root, at } = race
  const { uuid } = index.rows().get('two')!
  renameSync(at('two'), at('d/two'))
  await index.refresh([look(root, 'two'), look(at('d'), 'two')])
  renameSync(at('d/three'), at('d/aside'))
  renameSync(at('d/two'), at('d/three'))
  renameSync(at('d/aside'), at('d/two'))
  await index.refresh([look(at('d'), 'two')])
  rmSync(at('d/two'))
  renameSync(at('d'), at('e'))
  mkdirSync(at('d'))
  renameSync(at('e'), at('d/e'))
  await index.refresh([look(root, 'd')])
  expect(index.rows().get('d/e/three')?.uuid).toEqual(uuid)
  expect(treeFaults(index.db)).toEqual([])
  expect(compareWithDisk(index.db, root).faults).toEqual([])
})

test('a file comes back to its name, and the one that stood there is renamed: both keep their ids', async () => {
  const race = await startRace(['f', 'k', 'd/'])
  const { index, root, at } = race
  const id = (name: string) => index.rows().get(name)?.uuid
  const first = id('f')
  renameSync(at('f'), `${root}.aside`)
  await index.refresh([look(root, 'f')])
  writeFileSync(at('f'), 'another')
  await index.refresh([look(root, 'f')])
  const second = id('f')
  renameSync(at('f'), at('f2'))
  renameSync(`${root}.aside`, at('f'))
  await index.refresh([look(root, 'f', 'f2')])
  expect([id('f'), id('f2')]).toEqual([first, second])
  expect(treeFaults(index.db)).toEqual([])
  expect(compareWithDisk(index.db, root).faults).toEqual([])
})

for (const isScanned of [false, true]) {
  const what = isScanned ? 'is a new file once all has been scanned' : 'takes its id back before all has been scanned'
  test(`a file that left, and whose name was saved anew, ${what}`, async () => {
    const { index, root, at } = await startRace(['f', 'k', 'd/'])
    await index.addLocation(root)
    const id = (name: string) => index.rows().get(name)?.uuid
    const first = id('f')
    renameSync(at('f'), `${root}.aside`)
    writeFileSync(at('f'), 'another')
    await index.refresh([look(root, 'f')])
    expect(id('f')).toEqual(first)
    if (isScanned) await index.scan()
    renameSync(`${root}.aside`, at('d/g'))
    await index.refresh([look(at('d'), 'g')])
    const owner = isScanned ? 'f' : 'd/g'
    expect(id(owner)).toEqual(first)
    expect(new Set([id('f'), id('d/g')]).size).toBe(2)
    expect(treeFaults(index.db)).toEqual([])
    expect(compareWithDisk(index.db, root).faults).toEqual([])
  })
}

test('a backup keeps its id once all has been scanned, though the file that was saved has a second name and moves', async () => {
  const { index, root, at } = await startRace(['f', 'k', 'd/'])
  await index.addLocation(root)
  renameSync(at('f'), at('old'))
  writeFileSync(at('f'), 'another')
  await index.refresh([look(root, 'f', 'old')])
  await index.scan()
  const { uuid } = index.rows().get('old')!
  linkSync(at('f'), at('d/g'))
  await index.refresh([look(at('d'), 'g')])
  renameSync(at('f'), at('d/f'))
  await index.refresh([look(root, 'f')])
  expect(index.rows().get('old')?.uuid).toEqual(uuid)
  await index.refresh([look(at('d'), 'f')])
  expect(treeFaults(index.db)).toEqual([])
  expect(compareWithDisk(index.db, root).faults).toEqual([])
})
