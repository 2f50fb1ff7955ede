import { isBuiltin } from 'node:module'

/**
 * Whether a process that is started takes the lead of a group by itself. Where it is started with one, it has a session
 * of its own as well, and on Linux each session has the same share of the processor, however low the priority of what
 * runs in it (`autogroup`, sched(7)).
 */
export const leadsGroupItself = process.platform === 'linux' && isBuiltin('node:ffi')

/**
 * This process leads a group from now on, and what it starts is in it. Node has no call for that. In a box the system
 * refuses it: there, the first process of the box leads the group.
 */
export function leadGroup(): void {
  if (!leadsGroupItself) return
  const { functions } = process
    .getBuiltinModule('node:ffi')
    .dlopen(null, { setpgid: { arguments: ['int32', 'int32'], return: 'int32' } })
  functions.setpgid(0, 0)
}
