import { execFile } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { heard } from './heard.ts'

/** What may keep this program from taking the machine for work that can wait. */
export interface Machine {
  /** False where there is no battery, and where the system does not say: Windows tells it to no file or program of its own. */
  isOnBattery(): Promise<boolean>
  /** Whether what goes over the line that leads outside is paid for, as the system says; null where it does not say. */
  isMetered(): Promise<boolean | null>
  /** How many threads a core wanted to run in the last minute, ours among them; 0 where the system does not count (Windows). */
  load(): number
  /** Bytes that may be written to the file system a folder is in; null where it cannot be asked. */
  freeBytes(folder: string): Promise<number | null>
  /** How long an answer holds, in milliseconds. */
  readonly answersHoldMs: number
  /** How long what waits for another answer sleeps before it asks again, in milliseconds. */
  readonly lookAgainMs: number
}

/** Asking costs some system calls, and for some answers a process. */
const ANSWERS_HOLD_MS = 5_000
/** A person who plugs the cable in, or frees space, looks for what happens about now. */
const LOOK_AGAIN_MS = 15_000

/** The machine this runs on. */
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

/** Asks once for all who want to know within some milliseconds. `ask` does not reject. */
export function askedOnce<T>(ask: () => Promise<T>, ms: number, ticks = () => performance.now()): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null
  return () => {
    if (last === null || ticks() - last.at >= ms) last = { at: ticks(), answer: heard(ask()) }
    return last.answer
  }
}

const POWER_SUPPLIES = '/sys/class/power_supply'

/** Whether Linux runs on a battery: one that is not a mouse's is being emptied, and nothing is plugged in. */
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

/** A program that has not answered by then is not waited for. */
const ANSWER_MS = 2_000

function askPmset(): Promise<string> {
  return outputOf('/usr/bin/pmset', ['-g', 'batt'])
}

/** What NetworkManager says of the line that leads outside; empty where there is none. `busctl` comes with systemd, which does not start it for this. */
function askNetworkManager(): Promise<string> {
  const name = 'org.freedesktop.NetworkManager'
  const args = ['--system', '--auto-start=no', 'get-property', name, `/${name.replaceAll('.', '/')}`, name, 'Metered']
  return outputOf('busctl', args)
}

/** What a program prints; empty where there is none, or it fails or takes too long. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  const asked = promisify(execFile)(program, args, { timeout: ANSWER_MS })
  return asked.then(({ stdout }) => stdout).catch(() => '')
}

/** What `busctl` prints of it: NMMetered, 1 yes, 2 no, 3 and 4 the same as far as it can guess, 0 unknown. */
export function saysMetered(said: string): boolean | null {
  const value = /^u ([0-4])\s*$/.exec(said)?.[1]
  if (value === undefined || value === '0') return null
  return value === '1' || value === '3'
}

/** Whether macOS's `pmset -g batt` says that it runs on its battery. */
export function saysBattery(said: string): boolean {
  return said.includes("'Battery Power'")
}
