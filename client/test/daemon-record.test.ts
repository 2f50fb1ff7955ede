import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { readRecord } from '../src/node/daemon-record.ts'

/** Of no user of this machine. */
const STRANGER = 65_432

test.runIf(process.getuid?.() === 0)(
  'a socket that another user has made in the place of the daemon’s is not connected to (only root can try that)',
  async () => {
    using dir = createTempDir('record')
    const folder = join(dir.path, 'tmp')
    mkdirSync(folder)
    const socket = join(folder, 'spacedrive.sock')
    const file = join(dir.path, 'daemon.json')
    const record = { pid: 7, socket, version: '1.2.3', startedAt: '2026-01-01T00:00:00.000Z' }
    writeFileSync(file, JSON.stringify(record))
    expect(readRecord(file)).toEqual(record)
    await using server = createServer().listen(socket)
    await once(server, 'listening')
    expect(readRecord(file)).toEqual(record)
    chownSync(socket, STRANGER, STRANGER)
    expect(readRecord(file)).toBeNull()
    chownSync(socket, 0, 0)
    chownSync(folder, STRANGER, STRANGER)
    expect(readRecord(file)).toBeNull()
    // Root may ask the daemon of another user.
    chownSync(file, STRANGER, STRANGER)
    expect(readRecord(file)).toEqual(record)
  },
)
