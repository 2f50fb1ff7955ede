import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@spacedrive/client'
import { expect, test } from 'vitest'
import { startTestHttp } from './test-http.ts'
import { webSocketTransport } from './web-socket-transport.ts'

test('totals agree everywhere, with hard links, symlinks, hidden files and a location inside another', async () => {
  await using http = await startTestHttp()
  const root = join(http.folder, 'files')
  const inner = join(root, 'inner')
  mkdirSync(join(inner, 'deep'), { recursive: true })
  mkdirSync(join(root, '.hidden'))
  mkdirSync(join(root, 'empty'))
  const write = (path: string, text: string) => writeFileSync(join(root, path), text)
  write('a.txt', 'one and the same')
  write('.hidden/copy of a.txt', 'one and the same')
  write('inner/copy of a.txt', 'one and the same')
  write('.dot.txt', 'hidden by its name')
  write('inner/deep/b.txt', 'another text')
  write('zero.txt', '')
  linkSync(join(root, 'inner/deep/b.txt'), join(root, 'hard link to b.txt'))
  symlinkSync(join(root, 'a.txt'), join(root, 'link to a.txt'))
  symlinkSync(join(root, 'inner'), join(root, 'link to inner'))

  const headers = { authorization: `Bearer ${http.token}` }
  using client = await Client.open(webSocketTransport(`${http.origin.replace('http', 'ws')}/ws`, { headers }), '1.2.3')
  await client.action('libraries.create', { name: 'Photos' })
  for (const path of [root, inner]) {
    const { job } = await client.action('locations.add', { path, mode: 'content', allowNested: true })
    await client.query('jobs.wait', { job: job.id })
  }
  const locations = await client.query('locations.list', {})
  const library = await client.query('libraries.info', {})
  const statistics = await client.query('statistics.library', {})
  const found = await client.query('search.files', { query: '', type: ['file'], hidden: true })
  const duplicates = await client.action('files.duplicates', {})
  const copies = await client.query('copies.list', {})
  const sizes = await client.query('files.sizes', { path: root, depth: 1 })

  const countsOf = (folder: string) => {
    const { bytes, directories, files, symlinks } = locations.find(({ path }) => path === folder)!.counts
    return { bytes, directories, files, symlinks }
  }
  // A location counts all of its folder, so the outer one has the files of the inner one, too. A library counts them once.
  const counted = countsOf(root)
  expect(countsOf(inner)).toMatchObject({ files: 2, directories: 1, symlinks: 0 })
  expect(library.counts).toMatchObject({ ...counted, locations: 2 })
  expect({ files: statistics.files, bytes: statistics.bytes, folders: statistics.folders }).toEqual({
    files: counted.files,
    bytes: counted.bytes,
    folders: counted.directories,
  })
  for (const parts of [statistics.byType, statistics.byVolume])
    expect(parts.reduce((all, each) => all + each.files, 0)).toBe(counted.files)
  for (const { counts, id } of locations)
    expect(statistics.byLocation.find((each) => each.id === id)).toMatchObject({
      files: counts.files,
      bytes: counts.bytes,
      folders: counts.directories,
    })
  expect(library.byType.reduce((all, each) => all + each.files, 0)).toBe(counted.files)
  expect(found.total).toBe(counted.files)
  expect({ files: sizes.files, size: sizes.size }).toEqual({ files: counted.files, size: counted.bytes })

  // What the disk has: seven names of files, of which two are one file, and two symlinks.
  expect(counted).toMatchObject({ files: 7, symlinks: 2 })
  const { duplicateFiles, reclaimableBytes } = library.counts
  expect([duplicates.totalGroups, duplicates.reclaimableBytes]).toEqual([copies.totalGroups, copies.reclaimableBytes])
  expect([copies.extraFiles, copies.reclaimableBytes]).toEqual([duplicateFiles, reclaimableBytes])
  expect(statistics.duplicates).toMatchObject({ groups: copies.totalGroups, reclaimableBytes })
})
