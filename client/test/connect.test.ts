import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ClientError } from '@spacedrive/client'
import {
  connect,
  type ConnectOptions,
  DaemonNotRunningError,
  instancePaths,
  listInstances,
  programVersion,
  stopDaemon,
} from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

interface DataFolder extends AsyncDisposable {
  readonly dataDir: string
}

/** A data folder whose daemons are ended with the test. */
function createDataFolder(): DataFolder {
  const dir = createTempDir('client')
  return {
    dataDir: dir.path,
    [Symbol.asyncDispose]: async () => {
      for (const { instance, running } of await listInstances({ dataDir: dir.path })) {
        if (running) await stopDaemon({ dataDir: dir.path, instance })
      }
      dir[Symbol.dispose]()
    },
  }
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}

/** What the connection is refused with. */
async function refusal(options: ConnectOptions): Promise<unknown> {
  return connect(options).then(
    () => 'connected',
    (err: unknown) => err,
  )
}

test('ten commands at once start one daemon, and all are answered', async () => {
  await using folder = createDataFolder()
  const ask = async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [here('ask.ts'), folder.dataDir])
    return JSON.parse(stdout) as { pid: number; startedDaemon: boolean }
  }
  const answers = await Promise.all(Array.from({ length: 10 }, ask))
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1)
  expect(answers.filter(({ startedDaemon }) => startedDaemon)).toHaveLength(1)
})

test('a daemon is started where none runs, once, and stopped with nothing left', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  const said: string[] = []
  const onStarting = () => void said.push('starting')
  using first = await connect({ dataDir, start: 'auto', onStarting })
  using second = await connect({ dataDir, start: 'auto', onStarting })
  expect([first.startedDaemon, second.startedDaemon, said]).toEqual([true, false, ['starting']])
  expect(first.client.hello).toMatchObject({ instance: 'default', dataDir, version: programVersion() })
  expect(second.client.hello.pid).toBe(first.client.hello.pid)

  expect(await stopDaemon({ dataDir })).toBe(true)
  expect(await first.client.closed).toBeNull()
  // The port is remembered if another program had the usual one.
  const left = readdirSync(instancePaths({ dataDir }).runDir).filter((name) => name !== 'http-port.json')
  expect(left).toEqual(['http-key.pem', 'http-token'])
  expect(await stopDaemon({ dataDir })).toBe(false)
})

test('a command that may not start the daemon says that it does not run, and makes nothing', async () => {
  await using folder = createDataFolder()
  const dataDir = `${folder.dataDir}/none`
  const err = await refusal({ dataDir, start: 'never' })
  expect(err).toBeInstanceOf(DaemonNotRunningError)
  expect(err).toMatchObject({ code: 'Unavailable', message: 'the daemon is not running' })
  expect(existsSync(dataDir)).toBe(false)
})

test('a daemon that dies while it starts is quoted', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  const err = await refusal({ dataDir, start: 'auto', daemonEntry: here('dying-daemon.ts') })
  expect(err).toMatchObject({
    code: 'Unavailable',
    message: `the daemon did not start; see its log ${instancePaths({ dataDir }).logFile}\nfirst line\nno engine in this one`,
    details: { lines: ['first line', 'no engine in this one'] },
  })
})

test('a command can stop waiting for a daemon that does not come up', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  const given = new AbortController()
  const connecting = refusal({
    dataDir,
    start: 'auto',
    daemonEntry: here('silent-daemon.ts'),
    onStarting: () => setImmediate(() => given.abort()),
    signal: given.signal,
  })
  expect(await connecting).toMatchObject({ code: 'Cancelled' })
})

test('a daemon that cannot work says why', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  mkdirSync(`${dataDir}/config.json`)
  const err = await refusal({ dataDir, start: 'auto' })
  expect(err).toBeInstanceOf(ClientError)
  expect(err).toMatchObject({ message: expect.stringContaining(`${dataDir}/config.json`) })
})

test('what a crashed daemon left leads to a new one', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  const first = await connect({ dataDir, start: 'auto' })
  const { pid } = first.client.hello
  process.kill(pid, 'SIGKILL')
  expect(await first.client.closed).toBeNull()
  const { recordFile } = instancePaths({ dataDir })
  expect(existsSync(recordFile)).toBe(true)
  expect(await refusal({ dataDir, start: 'never' })).toBeInstanceOf(DaemonNotRunningError)
  using second = await connect({ dataDir, start: 'auto' })
  expect([second.startedDaemon, second.client.hello.pid !== pid]).toEqual([true, true])
})

test('a record that makes no sense is no daemon', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  const { recordFile, runDir } = instancePaths({ dataDir })
  mkdirSync(runDir, { recursive: true, mode: 0o700 })
  for (const text of ['', '{', '[]', 'null', '{"pid":"1"}', '{"pid":1,"socket":"/nowhere"}']) {
    writeFileSync(recordFile, text)
    expect(await refusal({ dataDir, start: 'never' })).toBeInstanceOf(DaemonNotRunningError)
  }
})

test('a script that passes no folder reaches the daemon of SPACEDRIVE_DATA_DIR, also by a relative path', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  using running = await connect({ dataDir, start: 'auto' })
  const ask = async (given: string) => {
    const env = { ...process.env, SPACEDRIVE_DATA_DIR: given }
    const options = { env, cwd: dirname(dataDir) }
    const { stdout } = await promisify(execFile)(process.execPath, [here('ask.ts')], options)
    return JSON.parse(stdout) as unknown
  }
  const answer = { pid: running.client.hello.pid, startedDaemon: false }
  expect(await ask(dataDir)).toEqual(answer)
  expect(await ask(basename(dataDir))).toEqual(answer)
  // It starts one there, too.
  expect(await ask(join(dataDir, 'other'))).toMatchObject({ startedDaemon: true })
  expect(await stopDaemon({ dataDir: join(dataDir, 'other') })).toBe(true)
})

test('instances are apart from each other, and listed', async () => {
  await using folder = createDataFolder()
  const { dataDir } = folder
  using main = await connect({ dataDir, start: 'auto' })
  using alice = await connect({ dataDir, instance: 'alice', start: 'auto' })
  await alice.client.action('libraries.create', { name: 'Hers' })
  expect(await main.client.query('libraries.list', {})).toEqual([])
  await stopDaemon({ dataDir, instance: 'alice' })
  expect(await listInstances({ dataDir })).toEqual([
    { instance: 'default', dataDir, running: true, pid: main.client.hello.pid, version: programVersion() },
    { instance: 'alice', dataDir: `${dataDir}/instances/alice`, running: false, pid: null, version: null },
  ])
})

test('a daemon gets a compile cache only if its folder belongs to this user', async () => {
  // The tests have a cache of their own.
  vi.stubEnv('NODE_COMPILE_CACHE', undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  const told = async (prepare: (folder: string) => void) => {
    await using data = createDataFolder()
    const { dataDir } = data
    const { compileCache } = instancePaths({ dataDir })
    mkdirSync(dirname(compileCache), { recursive: true })
    prepare(compileCache)
    const err = (await refusal({ dataDir, start: 'auto', daemonEntry: here('cache-daemon.ts') })) as ClientError
    return { used: /compile cache: (.*)/.exec(err.message)?.[1], compileCache }
  }
  const own = await told(() => {})
  expect(own.used).toBe(own.compileCache)
  const file = await told((folder) => writeFileSync(folder, ''))
  expect(file.used).toBe('none')
  // Only root can make a folder of another user.
  if (process.getuid?.() !== 0) return
  const theirs = await told((folder) => {
    mkdirSync(folder)
    chownSync(folder, OTHER_USER, OTHER_USER)
  })
  expect(theirs.used).toBe('none')
})

const OTHER_USER = 12_345
