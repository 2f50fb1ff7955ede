import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROTOCOL } from '@spacedrive/client'
import { connect, type DaemonRecord, instancePaths, programVersion, stopDaemon } from '@spacedrive/client/node'
import { Core } from '@spacedrive/core'
import { takeLock } from '@spacedrive/core/lock'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { Connections } from '../src/connections.ts'
import { SocketServer } from '../src/socket-server.ts'

interface OldDaemon extends AsyncDisposable {
  readonly dataDir: string
  readonly isStopped: () => boolean
}

/** A daemon of another version, in this process: it holds the lock of a data folder, answers, and ends when it is asked. */
async function startOldDaemon({ jobs = 0, protocol = PROTOCOL } = {}): Promise<OldDaemon> {
  const dir = createTempDir('versions')
  const paths = instancePaths({ dataDir: dir.path })
  mkdirSync(paths.runDir, { mode: 0o700 })
  const lock = takeLock(paths.lockFile, 'the data folder')
  const core = await Core.open({ dataDir: join(dir.path, 'old') })
  const status = core.status()
  Object.assign(core, { status: () => ({ ...status, jobs: { running: jobs, queued: 0, paused: 0 } }) })
  let isStopped = false
  const end = async () => {
    if (isStopped) return
    isStopped = true
    await server[Symbol.asyncDispose]()
    await core.close()
    lock[Symbol.dispose]()
  }
  const identity = { version: '0.0.9', protocol, pid: process.pid, instance: 'default', dataDir: dir.path }
  const socket = join(paths.runDir, 'old.sock')
  const server = await SocketServer.listen({
    connections: new Connections({ core, explorer: () => null, identity, onStop: () => void end() }),
    socket,
    log: core.log,
  })
  const record: DaemonRecord = { pid: process.pid, socket, version: '0.0.9', startedAt: new Date(0).toISOString() }
  writeFileSync(paths.recordFile, JSON.stringify(record))
  return {
    dataDir: dir.path,
    isStopped: () => isStopped,
    [Symbol.asyncDispose]: async () => {
      await end()
      await stopDaemon({ dataDir: dir.path })
      dir[Symbol.dispose]()
    },
  }
}

const mismatch = expect.objectContaining({
  code: 'VersionMismatch',
  message: expect.stringContaining(`is version 0.0.9`),
  details: { daemon: '0.0.9', command: programVersion(), pid: process.pid },
})

test('an idle daemon of another version is replaced', async () => {
  await using old = await startOldDaemon()
  using connection = await connect({ dataDir: old.dataDir, start: 'auto' })
  expect([old.isStopped(), connection.startedDaemon]).toEqual([true, true])
  expect(connection.client.hello.version).toBe(programVersion())
})

test('a busy daemon of another version goes on, and the command says what to do', async () => {
  await using old = await startOldDaemon({ jobs: 1 })
  await expect(connect({ dataDir: old.dataDir, start: 'auto' })).rejects.toEqual(mismatch)
  await expect(connect({ dataDir: old.dataDir, start: 'auto' })).rejects.toThrow('spacedrive restart')
  expect(old.isStopped()).toBe(false)
})

test('a command that may not start a daemon replaces none', async () => {
  await using old = await startOldDaemon()
  await expect(connect({ dataDir: old.dataDir, start: 'never' })).rejects.toEqual(mismatch)
  using connection = await connect({ dataDir: old.dataDir, start: 'never', version: 'any' })
  expect(connection.client.hello.version).toBe('0.0.9')
  expect(old.isStopped()).toBe(false)
})

test('a daemon that speaks another protocol is not talked to, but can be stopped', async () => {
  await using old = await startOldDaemon({ protocol: PROTOCOL + 1 })
  await expect(connect({ dataDir: old.dataDir, start: 'never', version: 'any' })).rejects.toEqual(mismatch)
  expect(await stopDaemon({ dataDir: old.dataDir })).toBe(true)
  expect(old.isStopped()).toBe(true)
})
