import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { connectTo, type InstancePaths, readRecord } from '@spacedrive/client/node'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test, vi } from 'vitest'
import { DaemonProcess } from './daemon-process.ts'

function logLines({ logFile }: InstancePaths): Record<string, unknown>[] {
  const lines = readFileSync(logFile, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

/** A daemon restarts in a second or two; a busy machine takes longer. */
const PATIENT = { timeout: 60_000, interval: 50 }

/** A daemon has more modules of its own. */
const MODULES = 500

/** The next daemon lets the same programs in. */
const leftovers = ['http-key.pem', 'http-token']

/** The files that a daemon has left, without the port that it remembers if another program had the usual one. */
function leftIn(runDir: string): string[] {
  return readdirSync(runDir).filter((name) => name !== 'http-port.json')
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends the daemon in good order', async (signal) => {
  using folder = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: folder.path })
  expect(await daemon.ready).toEqual({ ready: true })
  const { paths } = daemon
  const { socket } = readRecord(paths.recordFile)!
  expect([modeOf(socket), modeOf(dirname(socket)), modeOf(paths.logFile)]).toEqual([0o600, 0o700, 0o600])

  daemon.kill(signal)
  expect(await daemon.exit).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(existsSync(socket)).toBe(false)
  expect(leftIn(paths.runDir)).toEqual(leftovers)
  expect(logLines(paths)).toMatchObject([
    { msg: 'the daemon is ready', pid: daemon.pid },
    { msg: 'daemon stopping', why: signal },
  ])
})

test('a daemon that ends keeps what it has compiled, so that the next one starts sooner', async () => {
  using folder = createTempDir('daemon')
  const cache = `${folder.path}/cache`
  const env = { NODE_COMPILE_CACHE: cache }
  const modules = () => readdirSync(cache, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const kept: number[] = []
  for (let n = 0; n < 2; n++) {
    await using daemon = new DaemonProcess({ dataDir: folder.path, env })
    await daemon.ready
    const before = modules().length
    daemon.kill('SIGTERM')
    expect((await daemon.exit).code).toBe(0)
    kept.push(modules().length - before)
  }
  expect(kept[0]).toBeGreaterThan(MODULES)
  // The second has compiled nothing.
  expect(kept[1]).toBe(0)
})

test('a client ends the daemon', async () => {
  using folder = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: folder.path })
  await daemon.ready
  using client = (await connectTo(daemon.paths))!
  expect(await client.call('daemon.stop', {})).toEqual({})
  expect((await daemon.exit).code).toBe(0)
  expect(await client.closed).toBeNull()
})

test('a failure that nothing caught is written down, told by doctor, and ends nothing else', async () => {
  using folder = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: folder.path, entry: 'failing-daemon.ts' })
  await daemon.ready
  daemon.kill('SIGUSR2')
  await vi.waitUntil(() => readFileSync(daemon.paths.logFile, 'utf8').includes('the mistake'))
  expect(logLines(daemon.paths)).toContainEqual(
    expect.objectContaining({
      level: 50,
      operation: 'background work',
      err: expect.objectContaining({ message: 'the mistake', stack: expect.stringContaining('failing-daemon.ts') }),
    }),
  )
  using client = (await connectTo(daemon.paths))!
  const { checks } = await client.query('system.doctor', {})
  expect(checks.find(({ name }) => name === 'unexpected failures')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/^background work at .*: the mistake$/),
  })
})

test('an operation whose work fails where nobody waits for it ends alone, with its name', async () => {
  using folder = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: folder.path, entry: 'failing-daemon.ts' })
  await daemon.ready
  using client = (await connectTo(daemon.paths))!
  const other = client.query('system.doctor', {})
  await expect(client.call('test.fail', {})).rejects.toMatchObject({
    code: 'Internal',
    message: 'unexpected error in test.fail; see `spacedrive system logs`',
  })
  await other
  const { checks } = await client.query('system.doctor', {})
  expect(checks.find(({ name }) => name === 'unexpected failures')?.detail).toMatch(/^test\.fail at .*: failed aside$/)
})

test.skipIf(process.platform === 'win32')(
  'a daemon with a broken invariant restarts by itself and says so, but not for ever',
  async () => {
    using folder = createTempDir('daemon')
    await using daemon = new DaemonProcess({ dataDir: folder.path, entry: 'failing-daemon.ts' })
    await daemon.ready
    {
      using client = (await connectTo(daemon.paths))!
      await client.action('libraries.create', { name: 'Photos' })
    }
    for (let restarts = 1; restarts <= 3; restarts++) {
      daemon.kill('SIGPWR')
      const client = await vi.waitUntil(async () => {
        const next = await connectTo(daemon.paths).catch(() => null)
        if (!next) return null
        const { notices } = await next.query('system.status', {}).catch(() => ({ notices: [] }))
        if (notices.length >= restarts) return next
        next[Symbol.dispose]()
        return null
      }, PATIENT)
      using _client = client
      expect(client.hello.pid).toBe(daemon.pid)
      expect((await client.query('system.status', {})).notices.at(-1)).toMatch(
        /^the daemon restarted by itself at .*, since it could not go on: the invariant$/,
      )
      expect(await client.query('libraries.list', {})).toMatchObject([{ name: 'Photos', open: true, error: null }])
    }
    const { socket } = readRecord(daemon.paths.recordFile)!
    daemon.kill('SIGPWR')
    expect(await daemon.exit).toMatchObject({ code: 1, stderr: expect.stringContaining('the invariant') })
    expect(existsSync(socket)).toBe(false)
    expect(leftIn(daemon.paths.runDir)).toEqual(leftovers)
  },
)

test('the second signal ends the daemon at once', async () => {
  using folder = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: folder.path, entry: 'lingering-daemon.ts' })
  await daemon.ready
  daemon.kill('SIGTERM')
  await vi.waitUntil(() => readFileSync(daemon.paths.logFile, 'utf8').includes('daemon stopping'))
  daemon.kill('SIGTERM')
  expect((await daemon.exit).code).toBe(130)
  expect(leftIn(daemon.paths.runDir)).toEqual(leftovers)
})

test('in the foreground the log is on stdout, too', async () => {
  using folder = createTempDir('daemon')
  await using daemon = new DaemonProcess({ dataDir: folder.path, args: ['--foreground'] })
  await daemon.ready
  daemon.kill('SIGTERM')
  const { stdout } = await daemon.exit
  expect(stdout).toBe(readFileSync(daemon.paths.logFile, 'utf8'))
})
