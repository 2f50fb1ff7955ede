import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { prey } from '../../../testing/attack.ts'
import type { NativeReport, NativeTarget } from '../../../testing/native-attack.ts'
import { ProcessPool } from '../process-pool.ts'
import { boxState, tryBwrap } from './box-state.ts'
import { numberOn, SystemCalls } from './system-call.ts'

vi.setConfig({ testTimeout: 60_000 })

const states = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }

describe.runIf(isBuiltin('node:ffi')).each(['landlock', 'bwrap'] as const)('native code boxed by %s', (layer) => {
  const state = states[layer]

  test.runIf(state.layer === layer).each([
    ['without programs', []],
    ['with a program', ['/usr/bin/env']],
  ])('reaches no process, no memory and no file of the user, %s', async (_, programs) => {
    await using world = await nativePrey()
    await using pool = new ProcessPool<NativeTarget, NativeReport>({
      name: 'test',
      entry: new URL('../test/native-attacking-child.ts', import.meta.url),
      processes: 1,
      memoryMiB: 300,
      box: { programs, temporary: join(world.temporary, 'decoders') },
      layer: () => Promise.resolve(state),
    })
    const { own } = world.target
    const before = statSync(own)
    const report = await pool.run(world.target, { deadlineMs: 30_000, reach: { read: [own] } })
    const starts = programs.length > 0 ? { 'start a process': 'done', 'start Node': 'done' } : {}
    expect(report.attempts).toEqual({ ...REFUSED, ...starts })
    expect(statSync(own)).toEqual(before)
    // Only the channel, and what Node itself opens.
    const others = report.descriptors.filter((each) => !/^(anon_inode:|pipe:|\/dev\/null$)/.test(each))
    expect(others).toEqual([expect.stringMatching(/^socket:/)])
    const { CapEff, CapPrm, NoNewPrivs } = report.status
    const [effective, permitted] = [CapEff, CapPrm].map((each) => Number.parseInt(each!, 16))
    // Reading files of other users, for a daemon of root.
    expect([effective! & ~4, permitted! & ~4, NoNewPrivs, report.oomScore]).toEqual([0, 0, '1', '1000'])
    // The first process of bubblewrap ends with the daemon, and everything in it with that process.
    if (layer === 'landlock') expect(report.deathSignal).toBe(9)
  })
})

const NO = 'operation not permitted'
const REFUSED = {
  'watch a folder': NO,
  'read an attribute of a secret': NO,
  'change flags of what it was given': NO,
  'truncate what it was given': NO,
  'truncate what it reads': NO,
  'lock what it was given': NO,
  'make a device': NO,
  'make a pipe': NO,
  'limit another process': NO,
  'slow down another process': NO,
  'bind another process to a processor': NO,
  'hold another process': NO,
  'send to a socket': NO,
  'use shared memory': NO,
  'make a namespace': NO,
  'start a process': NO,
  'start a process by another call': 'function not implemented',
  'leave the group': NO,
  'leave the session': NO,
  'outlive the parent': NO,
  'make a program in memory': NO,
  'start a program by its descriptor': NO,
  'start Node': 'EPERM',
  'read the log of the kernel': NO,
  'ask for the adjustment of the clock': NO,
}

/** What a user has besides files: another process, shared memory, a socket for packets, an attribute. */
async function nativePrey() {
  const parts = new AsyncDisposableStack()
  const { target } = parts.use(await prey())
  const { folder, own, secret } = target
  const other = spawn('sleep', ['1000'], { stdio: 'ignore' })
  await once(other, 'spawn')
  parts.defer(() => void other.kill())
  const calls = new SystemCalls()
  const sharedMemory = calls.call('shmget', numberOn({ x64: 29, arm64: 194 })!, 0, 4_096, 0o600)
  parts.defer(() => void calls.call('shmctl', numberOn({ x64: 31, arm64: 195 })!, sharedMemory, 0))
  const socket = join(folder, 'packets')
  const fd = calls.call('socket', numberOn({ x64: 41, arm64: 198 })!, 1, 2)
  parts.defer(() => void calls.call('close', numberOn({ x64: 3, arm64: 57 })!, fd))
  // A descriptor that a careless parent of the daemon has left open.
  const left = calls.call('fcntl', numberOn({ x64: 72, arm64: 25 })!, openSync(secret, 'r'), 0, 300)
  parts.defer(() => closeSync(left))
  const address = Buffer.concat([Buffer.from([1, 0]), Buffer.from(`${socket}\0`)])
  calls.call('bind', numberOn({ x64: 49, arm64: 200 })!, fd, calls.addressOf(address), address.length)
  const native: NativeTarget = { own, secret, folder, pid: other.pid!, socket, sharedMemory }
  return { target: native, temporary: join(folder, '..'), [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
