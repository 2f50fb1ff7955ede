import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { mountReadOnly, mountTmpfs, NO_MOUNTS } from '../../core/testing/mount.ts'

const shim = fileURLToPath(new URL('../../cli/bin/spacedrive.mjs', import.meta.url))
/** An id that no account has, nor another run of these tests. */
const NOBODY = 100_000 + process.pid
/** Runs a program under that id; its files are those of the user who runs the test. */
const AS_NOBODY = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]
const NO_OTHER_ID =
  spawnSync(AS_NOBODY[0]!, [...AS_NOBODY.slice(1), 'true']).status === 0 ? null : 'needs user namespaces (Linux)'

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly asNobody?: boolean
  /** Files the process may have open. */
  readonly maxFiles?: number
}

async function run(args: readonly string[], { asNobody = false, env = process.env, maxFiles }: RunOptions = {}) {
  const limited = maxFiles === undefined ? [] : ['sh', '-c', `ulimit -n ${maxFiles}; exec "$@"`, 'sh']
  const [program = '', ...rest] = [...(asNobody ? AS_NOBODY : []), ...limited, process.execPath, shim, ...args]
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' })
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}

test('start on a full disk says that no space is left, and where', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  using temp = createTempDir('start')
  const disk = join(temp.path, 'disk')
  using _mounted = mountTmpfs(disk, '1m')
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, 'filler'), new Uint8Array(bavail * bsize))
  const { code, stderr } = await run(['--data-dir', join(disk, 'data'), 'start'])
  expect(code).toBe(1)
  expect(stderr).toContain(`no space left for ${join(disk, 'data')}`)
  expect(stderr).not.toMatch(/ENOSPC|^\s+at /m)
})

test('start on a read-only disk says so', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  using temp = createTempDir('start')
  for (const dataDir of [temp.path, join(temp.path, 'new')]) {
    using _mounted = mountReadOnly(temp.path)
    const { code, stderr } = await run(['--data-dir', dataDir, 'start'])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/cannot be (written|made): its file system is read-only/)
    expect(stderr).not.toMatch(/EROFS|^\s+at /m)
  }
})

test('start with few open files allowed names the limit', async () => {
  using temp = createTempDir('start')
  const { code, stderr, stdout } = await run(['--data-dir', temp.path, 'start'], { maxFiles: 26 })
  expect(`${stdout}${stderr}`).toMatch(/too many files are open|too many open files/)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(code).not.toBe(0)
})

test('a user id without an account and without HOME gets a daemon, and is told where data is kept', async ({
  skip,
}) => {
  if (NO_OTHER_ID) return skip(NO_OTHER_ID)
  const home = `/var/tmp/spacedrive-home-${NOBODY}`
  const env = { PATH: process.env['PATH'] }
  try {
    expect(await run(['start'], { env, asNobody: true })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Started the daemon'),
      stderr: expect.stringContaining(`this user has no home folder: data is kept in ${home}`),
    })
    expect((await run(['library', 'create', 'Mine'], { env, asNobody: true })).code).toBe(0)
    expect((await run(['stop'], { env, asNobody: true })).code).toBe(0)
    // Others could have put their own files there.
    chmodSync(home, 0o777)
    expect(await run(['start'], { env, asNobody: true })).toMatchObject({
      code: 7,
      stderr: expect.stringContaining(`others can enter ${home}; set HOME`),
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})
