import { readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { FCNTL, numberOn, SET_FLAGS, SystemCalls } from './system-call.ts'

/** The system call number, equal on every processor; see close_range(2). */
const CLOSE_RANGE = 436
const ON_EXEC = 4
/** The first descriptor after standard input, output and error, which are replaced at every start. */
const FIRST = 3
const LAST = 0xffffffff
/** The flag that does the same for a single descriptor. */
const CLOSE_ON_EXEC = 1

let calls: SystemCalls | undefined

/**
 * Ensures that no program that this process starts inherits other descriptors than intended. Node marks its own
 * descriptors, but not all those from the parent process or from native libraries.
 */
export function hideDescriptors(): void {
  if (process.platform !== 'linux' || !isBuiltin('node:ffi')) return
  calls ??= new SystemCalls()
  try {
    calls.call('close_range', CLOSE_RANGE, FIRST, LAST, ON_EXEC)
  } catch {
    // Linux before 5.11 does not have the call, and some containers refuse it.
    hideEach(calls)
  }
}

function hideEach(system: SystemCalls): void {
  const fcntl = numberOn(FCNTL)
  if (fcntl === undefined) return
  for (const fd of readdirSync('/proc/self/fd').map(Number)) if (fd >= FIRST) hide(system, fcntl, fd)
}

function hide(system: SystemCalls, fcntl: number, fd: number): void {
  try {
    system.call('fcntl', fcntl, fd, SET_FLAGS, CLOSE_ON_EXEC)
  } catch {
    // The descriptor is already closed: it was used for listing the folder.
  }
}
