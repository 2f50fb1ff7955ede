import { isBuiltin } from 'node:module'
import { knowsProcessor } from './filter.ts'
import { closePrograms } from './seccomp.ts'
import { SystemCalls } from './system-call.ts'

/** Tells a boxed process that its pool needs no programs. */
export const SEALED_VARIABLE = 'SPACEDRIVE_NO_PROGRAMS'

/**
 * If the pool of this process needs no programs, blocks them and all other processes. A box must allow Node, because
 * Node starts in it. With bubblewrap, Node before 26.1 has no system calls, and can still be started.
 */
export function sealPrograms(): void {
  if (process.env[SEALED_VARIABLE] === undefined || !isBuiltin('node:ffi') || !knowsProcessor()) return
  closePrograms(new SystemCalls())
}
