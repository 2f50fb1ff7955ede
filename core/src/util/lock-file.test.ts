import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { isAlive, type LockHolder, readLock, takeLock } from './lock-file.ts'

/** No process ever has it: the kernel's largest is 2^22. */
const NOBODY = 2 ** 30

function leave(file: string, holder: Partial<LockHolder>): void {
  const since = '2026-01-02T03:04:05.000Z'
  writeFileSync(file, JSON.stringify({ pid: NOBODY, host: hostname(), started: null, since, ...holder }))
}

test('the second to take a lock is refused and told who has it; once given back it can be taken again', () => {
  using dir = createTempDir('lock')
  const file = join(dir.path, 'lock')
  const lock = takeLock(file, 'the shed')
  expect(() => takeLock(file, 'the shed')).toThrow(`the shed is in use by process ${process.pid}`)
  expect(readLock(file)).toMatchObject({ pid: process.pid, host: hostname() })
  lock[Symbol.dispose]()
  expect(existsSync(file)).toBe(false)
  takeLock(file, 'the shed')[Symbol.dispose]()
  expect(readdirSync(dir.path)).toEqual([])
})

test('the lock of a process that has ended is taken over, also when another process has its number', () => {
  using dir = createTempDir('lock')
  const file = join(dir.path, 'lock')
  for (const holder of [{}, { pid: process.pid, started: 'long ago' }]) {
    leave(file, holder)
    using lock = takeLock(file, 'the shed')
    expect(lock).toBeDefined()
    expect(readLock(file)).toMatchObject({ pid: process.pid, started: expect.not.stringContaining('ago') })
  }
})

test('a lock that was copied with its folder holds nothing, one that was moved with it does', () => {
  using dir = createTempDir('lock')
  const [folder, copy, moved] = ['folder', 'copy', 'moved'].map((name) => join(dir.path, name)) as [
    string,
    string,
    string,
  ]
  mkdirSync(folder)
  using _lock = takeLock(join(folder, 'lock'), 'the shed')
  cpSync(folder, copy, { recursive: true })
  expect(readLock(join(copy, 'lock'))).toBeNull()
  using _other = takeLock(join(copy, 'lock'), 'the other shed')
  renameSync(folder, moved)
  expect(() => takeLock(join(moved, 'lock'), 'the shed')).toThrow('is in use by process')
})

test('the lock of another machine is never taken to be stale', () => {
  using dir = createTempDir('lock')
  const file = join(dir.path, 'lock')
  leave(file, { host: 'another-machine' })
  expect(() => takeLock(file, 'the shed')).toThrow(
    `on another-machine since 2026-01-02T03:04:05.000Z; if nothing uses it there any more, remove ${file}`,
  )
})

test.runIf(process.platform === 'linux')('a process that has ended but was not asked about is not alive', async () => {
  // The shell becomes `sleep`, which never asks about the child it does not know it has.
  const script = 'exec 3<&0; (read line <&3) & echo $!; exec sleep 600'
  using shell = killable(spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] }))
  const { pid: parent, stdin, stdout } = shell.process
  const [line] = (await once(stdout!, 'data')) as [Buffer]
  const pid = Number(line.toString())
  await expect.poll(() => readFileSync(`/proc/${parent}/comm`, 'utf8')).toBe('sleep\n')
  expect(isAlive({ pid, host: hostname(), started: null, since: '' })).toBe(true)
  stdin!.write('end\n')
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')
  expect(isAlive({ pid, host: hostname(), started: null, since: '' })).toBe(false)
})

test('a lock is taken over at once, also if processes were killed in the middle of taking it over', async () => {
  using dir = createTempDir('lock')
  const file = join(dir.path, 'lock')
  leave(file, {})
  // It asks whether the holder lives before it claims the stale lock, and once more while it has the claim.
  const script = `
    import { takeLock } from ${JSON.stringify(import.meta.resolve('./lock-file.ts'))}
    const { kill, pid } = process
    let asked = 0
    process.kill = (...of) => kill.call(process, ...(++asked === 2 ? [pid, 'SIGKILL'] : of))
    takeLock(process.argv[1], 'the shed')`
  for (let killed = 1; killed <= 3; killed++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'inherit' })
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    // The stale lock, and one claim more each time.
    expect(readdirSync(dir.path)).toHaveLength(1 + killed)
  }
  // Killed while it wrote its lock, at some time before, and while it was about to link it into place.
  writeFileSync(`${file}.1.unwritten`, '')
  utimesSync(`${file}.1.unwritten`, 0, 0)
  leave(`${file}.1.unlinked`, {})
  leave(`${file}.0123456789abcdef.claim.1.unlinked`, {})
  writeFileSync(`${file}.txt`, '')
  takeLock(file, 'the shed')[Symbol.dispose]()
  expect(readdirSync(dir.path)).toEqual(['lock.txt'])
})

test('of many processes that find a stale lock at once, one has it at a time', async () => {
  using dir = createTempDir('lock')
  const file = join(dir.path, 'lock')
  const counter = join(dir.path, 'counter')
  writeFileSync(counter, '0')
  // Each leaves its lock behind, as a process does that is killed; the next one finds it stale.
  const script = `
    import { readFileSync, writeFileSync } from 'node:fs'
    import { takeLock } from ${JSON.stringify(import.meta.resolve('./lock-file.ts'))}
    const [file, counter] = process.argv.slice(1)
    for (;;) {
      try { takeLock(file, 'the shed'); break } catch (err) { if (err.code !== 'Locked') throw err }
    }
    writeFileSync(counter, String(Number(readFileSync(counter, 'utf8')) + 1))
    process.exit(0)`
  const args = ['--input-type=module', '-e', script, file, counter]
  const children = Array.from({ length: 8 }, () => spawn(process.execPath, args, { stdio: 'inherit' }))
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))
  expect(codes).toEqual(Array.from({ length: 8 }, () => 0))
  expect(readFileSync(counter, 'utf8')).toBe('8')
})

function killable(process: ChildProcess): Disposable & { process: ChildProcess } {
  return { process, [Symbol.dispose]: () => void process.kill('SIGKILL') }
}
