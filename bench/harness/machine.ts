import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os'

/** Where figures were taken. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly kernel: string
  readonly filesystem: string
  readonly node: string
  /** Of the last minute, when the benchmark began: above the number of cores, others were at work. */
  readonly load: number
}

export function describeMachine(dir: string): Machine {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model.trim() || 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: `${type()} ${release()} ${arch()}`,
    filesystem: filesystemOf(dir),
    node: process.version,
    load: Math.round(loadavg()[0]! * 100) / 100,
  }
}

function filesystemOf(dir: string): string {
  try {
    return execFileSync('stat', ['-f', '-c', '%T', dir], { encoding: 'utf8' }).trim()
  } catch {
    // A system without GNU stat.
    return 'unknown'
  }
}

/** Memory of a process in MB: what it has now, and the most it had. */
export function memoryOf(pid: number): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kilobytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN)
  return { rss: kilobytes('VmRSS') / 1_024, peak: kilobytes('VmHWM') / 1_024 }
}
