import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectTo } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { isHeldUp, mountHung, NO_HUNG_MOUNT } from '@spacedrive/core/testing/hung-mount'
import { expect, test, vi } from 'vitest'
import { DaemonProcess } from './daemon-process.ts'

test('a share that falls silent during a scan of the disk around it holds up the end of the daemon for a while only', async ({
  skip,
}) => {
  if (NO_HUNG_MOUNT) return skip(NO_HUNG_MOUNT)
  using folder = createTempDir('daemon')
  using files = createTempDir('files')
  const share = join(files.path, 'share')
  mkdirSync(share)
  await using daemon = new DaemonProcess({ dataDir: folder.path })
  await daemon.ready
  using client = (await connectTo(daemon.paths))!
  await client.action('libraries.create', { name: 'Test' })
  const added = await client.action('locations.add', { path: files.path, mode: 'shallow', watch: false })
  expect(await client.query('jobs.wait', { job: added.job.id })).toMatchObject({ status: 'completed' })

  using _ = mountHung(share)
  const { job } = await client.action('locations.rescan', { location: added.location.id })
  await vi.waitUntil(() => isHeldUp(daemon.pid))
  await client.action('jobs.cancel', { job: job.id })
  expect(await client.query('jobs.wait', { job: job.id })).toMatchObject({ status: 'cancelled' })
  expect(await client.call('daemon.stop', {})).toEqual({})
  expect(await daemon.exit).toMatchObject({ code: 0 })
  expect(readFileSync(daemon.paths.logFile, 'utf8')).toContain('a file system does not answer')

  // Nothing of it is left in the way of the next one.
  await using next = new DaemonProcess({ dataDir: folder.path })
  expect(await next.ready).toEqual({ ready: true })
})

test('a share known to be silent is passed over by a scan of the disk around it', async ({ skip }) => {
  if (NO_HUNG_MOUNT) return skip(NO_HUNG_MOUNT)
  using folder = createTempDir('daemon')
  using files = createTempDir('files')
  const share = join(files.path, 'share')
  mkdirSync(share)
  writeFileSync(join(share, 'below.txt'), 'below')
  await using daemon = new DaemonProcess({ dataDir: folder.path })
  await daemon.ready
  using client = (await connectTo(daemon.paths))!
  await client.action('libraries.create', { name: 'Test' })
  const added = await client.action('locations.add', { path: files.path, mode: 'shallow', watch: false })
  await client.query('jobs.wait', { job: added.job.id })
  using _ = mountHung(share)
  await vi.waitUntil(async () => {
    const volumes = await client.query('volumes.list', { all: true })
    return volumes.some(({ mountPoint, online }) => mountPoint === share && !online)
  })
  writeFileSync(join(files.path, 'new.txt'), 'new')

  const { job } = await client.action('locations.rescan', { location: added.location.id })
  expect(await client.query('jobs.wait', { job: job.id })).toMatchObject({ status: 'completed', warnings: 1 })
  expect(await client.query('locations.info', { location: added.location.id })).toMatchObject({
    state: 'complete',
    counts: { files: 2 },
  })
  const { items, total } = await client.query('indexing.browse', { path: files.path, scope: 'recursive' })
  expect([items.map(({ name }) => name), total]).toEqual([['new.txt'], 1])
  expect(isHeldUp(daemon.pid)).toBe(false)
  await client.call('daemon.stop', {})
  expect(await daemon.exit).toMatchObject({ code: 0 })
})
