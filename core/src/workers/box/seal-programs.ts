import { isBuiltin } from 'node:module'
import { ALL_THREADS, applyFilter, filterProgram, knowsProcessor, only, refuse, withBits } from './filter.ts'
import { CLONE, type Numbers, SystemCalls } from './system-call.ts'
import { SEALED_VARIABLE } from './variables.ts'

const EXECVE: Numbers = { x64: 59, arm64: 221 }
const FORK: Numbers = { x64: 57 }
const VFORK: Numbers = { x64: 58 }
const SAME_PROCESS = 0x00010000
const KILL: Numbers = { x64: 62, arm64: 129 }
const TKILL: Numbers = { x64: 200, arm64: 130 }
const TGKILL: Numbers = { x64: 234, arm64: 131 }

/**
 * If the pool of this process needs no programs, blocks programs, other processes, and signals to any process except
 * this one, in all threads. This cannot be undone. The box itself must allow starting Node, because Node starts in it.
 * With bubblewrap, Node before 26.1 cannot make system calls, so Node can still be started there.
 */
export function sealPrograms(): void {
  if (process.env[SEALED_VARIABLE] === undefined || !isBuiltin('node:ffi') || !knowsProcessor()) return
  const own = only(0, [process.pid, -process.pid >>> 0])
  const program = filterProgram([
    [EXECVE, refuse],
    [FORK, refuse],
    [VFORK, refuse],
    [CLONE, withBits(0, SAME_PROCESS)],
    [KILL, own],
    [TGKILL, own],
    [TKILL, refuse],
  ])
  applyFilter(new SystemCalls(), program, ALL_THREADS)
}
