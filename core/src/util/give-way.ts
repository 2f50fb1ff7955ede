import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { systemCode } from './errors.ts'

/** A third of the weight of a thread that somebody waits for, where there are more of them than cores. */
const NICENESS = 5

/**
 * Lets the other threads of the process go first from now on, and those below this one, which take its priority: it
 * does work in bulk. On Linux, where a priority is a thread's own; elsewhere nothing happens.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICENESS)
  } catch (err) {
    // No /proc, or it is forbidden: then it is only less polite.
    if (systemCode(err) === null) throw err
  }
}
