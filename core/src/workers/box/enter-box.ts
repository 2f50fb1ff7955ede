import { leadGroup } from '../lead-group.ts'
import type { BoxEntry } from './box.ts'
import { applyFilter } from './filter.ts'
import { closeFiles } from './landlock.ts'
import { dropCapabilities, endWithParent, gainNoRights, limitTasks } from './privileges.ts'
import { FCNTL, numberOn, SET_FLAGS, SystemCalls } from './system-call.ts'
import { VERSION_VARIABLE } from './variables.ts'

// Blocks files, network and programs for this process, and then replaces it with a new Node, so that all its threads
// start inside the box. Arguments: a `BoxEntry`, then the arguments of Node.
const [, , start = '', ...args] = process.argv
const { descriptors, execute, filter, network, read, write } = JSON.parse(start) as BoxEntry
const decode = (path: string) => Buffer.from(path, 'base64')
const calls = new SystemCalls()
// Node marks its descriptors to be closed when another program is executed. This clears the mark.
for (const each of descriptors) calls.call('fcntl', numberOn(FCNTL)!, each, SET_FLAGS, 0)
gainNoRights(calls)
endWithParent(calls)
limitTasks(calls)
// In the box, no process can leave the process group.
leadGroup()
const version = closeFiles(calls, {
  read: read.map(decode),
  write: write.map(decode),
  execute: execute.map(decode),
  network,
})
dropCapabilities(calls)
applyFilter(calls, decode(filter))
process.execve!(process.execPath, [process.execPath, ...args], { ...process.env, [VERSION_VARIABLE]: String(version) })
