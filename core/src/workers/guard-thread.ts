import { workerData } from 'node:worker_threads'
import { endProcess } from './end-process.ts'
import { type GuardLimits, TOO_LARGE } from './guard-limits.ts'

/**
 * Interval of the checks. A decoder fills a gigabyte in some seconds. A process outlives its parent by at most this
 * time.
 */
const LOOK_MS = 100

const { parentPid, memoryMiB } = workerData as GuardLimits

// A separate thread, because the main thread may be busy in native code and not notice even that the channel closed.
setInterval(() => {
  if (!isParentAlive(parentPid)) endProcess(process.pid)
  if (process.memoryUsage.rss() > memoryMiB * 2 ** 20) process.kill(process.pid, TOO_LARGE)
}, LOOK_MS)

function isParentAlive(pid: number): boolean {
  // On Unix, the system gives an orphan a new parent. Windows keeps the id of the dead parent.
  if (process.platform !== 'win32') return process.ppid === pid
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
