import { isBuiltin } from 'node:module'

/**
 * Whether a started process can make itself the leader of a group. This is better than starting it as a leader,
 * because then it also gets its own session. On Linux, each session gets the same share of the processor, however low
 * the priority of its processes (`autogroup`, sched(7)).
 */
export const leadsGroupItself = process.platform === 'linux' && isBuiltin('node:ffi')

/**
 * Makes this process the leader of a group, which includes everything it starts. Node has no function for this. In a
 * box the system refuses it, but there the first process of the box already leads the group.
 */
export function leadGroup(): void {
  if (!leadsGroupItself) return
  const { functions } = process
    .getBuiltinModule('node:ffi')
    .dlopen(null, { setpgid: { arguments: ['int32', 'int32'], return: 'int32' } })
  functions.setpgid(0, 0)
}
