import { execFile } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What may keep this program from taking the machine for work that can wait. */
export interface Machine {
  /** False where there is no battery, and where the system does not say: Windows tells it to no file or program of its own. */
  isOnBattery(): Promise<boolean>
  /** How many threads a core wanted to run in the last minute, ours among them; 0 where the system does not count (Windows). */
  load(): number
  /** Bytes that may be written to the file system a folder is in; null where it cannot be asked. */
  freeBytes(folder: string): Promise<number | null>
  /** How long an answer holds, in milliseconds. */
  readonly answersHoldMs: number
  /** How long what waits for another answer sleeps before it asks again, in milliseconds. */
  readonly lookAgainMs: number
}

/** Asking costs some system calls, on macOS a process. */
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
    load: () => loadavg()[0]! / availableParallelism(),
    freeBytes: async (folder) => {
      const stats = await statfs(folder).catch(() => null)
      return stats && stats.bavail * stats.bsize
    },
    answersHoldMs: ANSWERS_HOLD_MS,
    lookAgainMs: LOOK_AGAIN_MS,
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
const PMSET_MS = 2_000

async function askPmset(): Promise<string> {
  const asked = promisify(execFile)('/usr/bin/pmset', ['-g', 'batt'], { timeout: PMSET_MS })
  return asked.then(({ stdout }) => stdout).catch(() => '')
}

/** Whether macOS's `pmset -g batt` says that it runs on its battery. */
export function saysBattery(said: string): boolean {
  return said.includes("'Battery Power'")
}
