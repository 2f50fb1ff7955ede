import { execFile } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { heard } from './heard.ts'

/** Facts about the machine that decide whether bulk work may run. */
export interface Machine {
  /**
   * False if there is no battery, or if the system does not report it. (On Windows, neither a file nor a system
   * program does.)
   */
  isOnBattery(): Promise<boolean>
  /** Whether the internet connection is metered; null if the system does not report it. */
  isMetered(): Promise<boolean | null>
  /**
   * The number of runnable threads per core in the last minute, including ours; 0 if the system does not count them
   * (Windows).
   */
  load(): number
  /** Free bytes on the file system of a folder; null if it cannot be read. */
  freeBytes(folder: string): Promise<number | null>
  /** How long an answer stays valid, in milliseconds. */
  readonly answersHoldMs: number
  /** Interval of checks by work that waits for a different answer, in milliseconds. */
  readonly lookAgainMs: number
}

/** Getting an answer takes some system calls, and sometimes a process. */
const ANSWERS_HOLD_MS = 5_000
/** After plugging in the cable or freeing space, a user expects a reaction within about this time. */
const LOOK_AGAIN_MS = 15_000

/** The machine that this process runs on. */
export function systemMachine(): Machine {
  return {
    isOnBattery: async () => {
      if (process.platform === 'linux') return readPowerSupplies(POWER_SUPPLIES)
      return process.platform === 'darwin' && saysBattery(await askPmset())
    },
    isMetered: askedOnce(
      async () => (process.platform === 'linux' ? saysMetered(await askNetworkManager()) : null),
      ANSWERS_HOLD_MS,
    ),
    load: () => loadavg()[0]! / availableParallelism(),
    freeBytes: async (folder) => {
      const stats = await statfs(folder).catch(() => null)
      return stats && stats.bavail * stats.bsize
    },
    answersHoldMs: ANSWERS_HOLD_MS,
    lookAgainMs: LOOK_AGAIN_MS,
  }
}

/** Shares one answer between all callers for `ms` milliseconds. `ask` must not reject. */
export function askedOnce<T>(ask: () => Promise<T>, ms: number, ticks = () => performance.now()): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null
  return () => {
    if (last === null || ticks() - last.at >= ms) last = { at: ticks(), answer: heard(ask()) }
    return last.answer
  }
}

const POWER_SUPPLIES = '/sys/class/power_supply'

/**
 * Whether a Linux machine runs on battery: a battery (not that of a mouse) is discharging, and no power supply is
 * plugged in.
 */
export async function readPowerSupplies(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  const supplies = await Promise.all(
    names.map(async (name) => {
      const read = (field: string) => readFile(join(folder, name, field), 'utf8').then(trim, () => '')
      const [type, online, status, scope] = await Promise.all(['type', 'online', 'status', 'scope'].map(read))
      return { type, online, status, scope }
    }),
  )
  const own = supplies.filter(({ scope }) => scope !== 'Device')
  if (own.some(({ type, online }) => type !== 'Battery' && online === '1')) return false
  return own.some(({ type, status }) => type === 'Battery' && status === 'Discharging')
}

function trim(text: string): string {
  return text.trim()
}

/** Time limit for a program's answer. */
const ANSWER_MS = 2_000

function askPmset(): Promise<string> {
  return outputOf('/usr/bin/pmset', ['-g', 'batt'])
}

/**
 * NetworkManager's answer about the internet connection; empty if it is not running. `busctl` comes with systemd;
 * NetworkManager is not started for this.
 */
function askNetworkManager(): Promise<string> {
  const name = 'org.freedesktop.NetworkManager'
  const args = ['--system', '--auto-start=no', 'get-property', name, `/${name.replaceAll('.', '/')}`, name, 'Metered']
  return outputOf('busctl', args)
}

/** The output of a program; empty if it is missing, fails or takes too long. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  const asked = promisify(execFile)(program, args, { timeout: ANSWER_MS })
  return asked.then(({ stdout }) => stdout).catch(() => '')
}

/** Parses NMMetered in the output of `busctl`: 1 means yes, 2 no, 3 and 4 are guesses of the same, 0 is unknown. */
export function saysMetered(said: string): boolean | null {
  const value = /^u ([0-4])\s*$/.exec(said)?.[1]
  if (value === undefined || value === '0') return null
  return value === '1' || value === '3'
}

/** Whether `pmset -g batt` of macOS reports battery power. */
export function saysBattery(said: string): boolean {
  return said.includes("'Battery Power'")
}
