import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Time limit for a program's answer, in milliseconds. */
const TIMEOUT_MS = 2_000

/** The output of a system program; empty if it fails or takes too long. */
export async function askSystem(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { timeout: TIMEOUT_MS, windowsHide: true })).stdout
  } catch {
    return ''
  }
}

/** The value in the output of `reg query <key> /v <name>`; null if it is missing. */
export function parseRegistryValue(output: string, name: string): string | null {
  const line = output.split('\n').find((each) => each.trim().startsWith(`${name} `))
  return line === undefined ? null : (/\sREG_SZ\s+(.*)$/.exec(line.trimEnd())?.[1]?.trim() ?? null)
}
