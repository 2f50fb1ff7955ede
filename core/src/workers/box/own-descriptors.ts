import { isBuiltin } from 'node:module'
import { SystemCalls } from './system-call.ts'

/** The system call number, equal on every processor; see close_range(2). */
const CLOSE_RANGE = 436
const ON_EXEC = 4
/** After the standard input, output and errors, which every start replaces. */
const FIRST = 3
const LAST = 0xffffffff

let calls: SystemCalls | undefined

/**
 * No program that this process starts gets a descriptor that was not meant for it. Node marks its own descriptors, but
 * not all that this process got from its parent, or that a native library has opened.
 */
export function hideDescriptors(): void {
  if (process.platform !== 'linux' || !isBuiltin('node:ffi')) return
  calls ??= new SystemCalls()
  calls.call('close_range', CLOSE_RANGE, FIRST, LAST, ON_EXEC)
}
