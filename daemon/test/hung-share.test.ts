import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectTo } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { isHeldUp, mountHung, NO_HUNG_MOUNT } from '@spacedrive/core/testing/hung-mount'
import { expect, test, vi } from 'vitest'
import { DaemonProcess } from './daemon-process.ts'

test('a share that never answers holds up the end of the daemon for a while only', async ({ skip }) => {
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
  await client.action('locations.rescan', { location: added.location.id })
  await vi.waitUntil(() => isHeldUp(daemon.pid), 20_000)
  expect(await client.call('daemon.stop', {})).toEqual({})
  expect(await daemon.exit).toMatchObject({ code: 0 })
  expect(readFileSync(daemon.paths.logFile, 'utf8')).toContain('a file system does not answer')

  // Nothing of it is left in the way of the next one.
  await using next = new DaemonProcess({ dataDir: folder.path })
  expect(await next.ready).toEqual({ ready: true })
})
