import type { BoxStart } from './box.ts'
import { closeFiles } from './landlock.ts'
import { closeCalls, gainNoRights } from './seccomp.ts'
import { numberOn, SystemCalls } from './system-call.ts'
import { CHANNEL_VARIABLE, VERSION_VARIABLE } from './variables.ts'

const FCNTL = { x64: 72, arm64: 25 }
const SET_FLAGS = 2

// Blocks files, network and programs for this process, and then replaces it with a new Node: all threads of the new
// Node start inside the box. Arguments: a `BoxStart`, then the arguments of Node.
const [, , start = '', ...args] = process.argv
const { execute, network, read, write } = JSON.parse(start) as BoxStart
const decode = (path: string) => Buffer.from(path, 'base64')
const { [CHANNEL_VARIABLE]: channel, ...env } = process.env
const calls = new SystemCalls()
if (channel !== undefined) {
  // Node closes the channel when another program is executed; this clears that flag.
  calls.call('fcntl', numberOn(FCNTL)!, Number(channel), SET_FLAGS, 0)
  Object.assign(env, { NODE_CHANNEL_FD: channel, NODE_CHANNEL_SERIALIZATION_MODE: 'advanced' })
}
gainNoRights(calls)
const version = closeFiles(calls, {
  read: read.map(decode),
  write: write.map(decode),
  execute: execute.map(decode),
  network,
})
closeCalls(calls, { network })
env[VERSION_VARIABLE] = String(version)
process.execve!(process.execPath, [process.execPath, ...args], env)
