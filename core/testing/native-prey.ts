import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { numberOn, SystemCalls } from '../src/workers/box/system-call.ts'
import { prey } from './attack.ts'
import type { NativeTarget } from './native-attack.ts'

const NO = 'operation not permitted'
/** The expected result of each attempt in a box without programs. */
export const NATIVE_REFUSED = {
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
  'attach to another process': NO,
  'read the memory of another process': NO,
  'use io_uring': NO,
  'use keys': NO,
  'load a program into the kernel': NO,
  'count events': NO,
  'handle page faults': NO,
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

/** What differs in a box with programs, which Node is one of. */
export const NATIVE_WITH_PROGRAMS = { 'start a process': 'done', 'start Node': 'done' }

/** What a user has besides files: another process, shared memory, a socket for packets, an attribute. */
export async function nativePrey() {
  const parts = new AsyncDisposableStack()
  const { given, target } = parts.use(await prey())
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
  return { given, native, target, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
