import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** A program that has not answered by then is taken not to know, in milliseconds. */
const TIMEOUT_MS = 2_000

/** What one of the system's own programs prints; empty where it fails or takes too long. */
export async function askSystem(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { timeout: TIMEOUT_MS, windowsHide: true })).stdout
  } catch {
    return ''
  }
}

/** A value in what `reg query <key> /v <name>` prints; null where it is not there. */
export function parseRegistryValue(output: string, name: string): string | null {
  const line = output.split('\n').find((each) => each.trim().startsWith(`${name} `))
  return line === undefined ? null : (/\sREG_SZ\s+(.*)$/.exec(line.trimEnd())?.[1]?.trim() ?? null)
}
