import { spawnSync } from 'node:child_process'
import { afterEach, expect, test, vi } from 'vitest'
import { boxState, detectBox, tryBwrap } from './box-state.ts'

const here = await boxState()
const bwrap = await tryBwrap('the test asks for it')
const { execve } = process

afterEach(() => {
  vi.unstubAllEnvs()
  process.execve = execve!
})

test.runIf(here.layer === 'landlock')('Landlock comes first, whatever else there is', async () => {
  expect(await detectBox()).toEqual({ layer: 'landlock', version: expect.any(Number) as number })
})

test.runIf(bwrap.layer === 'bwrap')('without Landlock, bubblewrap closes decoders', async () => {
  takeLandlockAway()
  expect(await detectBox()).toEqual({
    layer: 'bwrap',
    program: expect.stringMatching(/\/bwrap$/) as string,
    reason: 'Landlock needs Node.js 26.1 or later',
  })
})

test.runIf(process.platform === 'linux')(
  'without Landlock and bubblewrap nothing does, and a package helps',
  async () => {
    takeLandlockAway()
    vi.stubEnv('PATH', '')
    expect(await detectBox()).toEqual({
      layer: null,
      reason: 'Landlock needs Node.js 26.1 or later; bwrap is not installed',
      fix: 'install bubblewrap',
    })
  },
)

const canUnshare = spawnSync('unshare', ['-r', 'true']).status === 0

test.runIf(bwrap.layer === 'bwrap' && canUnshare)('where no user may have namespaces, bubblewrap is not used', () => {
  const script = `
    const { tryBwrap } = await import(${JSON.stringify(new URL('box-state.ts', import.meta.url).href)})
    process.stdout.write(JSON.stringify(await tryBwrap('')))`
  const node = [process.execPath, '--input-type=module', '--eval', script]
  // One namespace more is allowed for a user who is not root, because root needs none.
  const forbid = 'echo 1 > /proc/sys/user/max_user_namespaces && exec unshare -U --map-user=1000 "$@"'
  const cwd = import.meta.dirname
  const { stderr, stdout } = spawnSync('unshare', ['-r', 'sh', '-c', forbid, 'sh', ...node], { encoding: 'utf8', cwd })
  expect([stderr, JSON.parse(stdout)]).toEqual([
    '',
    {
      layer: null,
      reason: expect.stringMatching(/^bwrap failed \(.*namespace.*\)$/i) as string,
      fix: expect.stringMatching(/^allow unprivileged user namespaces/) as string,
    },
  ])
})

/** Simulates Node.js before 26.1. */
function takeLandlockAway(): void {
  ;(process as { execve?: unknown }).execve = undefined
}
