import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { basename } from 'node:path'
import { systemCode } from './errors.ts'

/** On a busy machine, the thread gets a third of the processor time of a thread that serves a user. */
const NICENESS = 5

/**
 * Lowers the priority of this thread, which does bulk work, and of the threads that it starts later. Only on Linux,
 * where each thread has its own priority; elsewhere nothing happens.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')))
    // The user may have started the program with a lower priority.
    if (getPriority(thread) < NICENESS) setPriority(thread, NICENESS)
  } catch (err) {
    // If /proc is missing or forbidden, the priority stays the same.
    if (systemCode(err) === null) throw err
  }
}
