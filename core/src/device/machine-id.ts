import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** A system that does not answer by then is taken not to say. */
const TIMEOUT_MS = 2_000

/** The id the operating system gives the machine; null where it gives none. */
export async function readMachineId(platform: NodeJS.Platform = process.platform): Promise<string | null> {
  try {
    if (platform === 'darwin')
      return parseIoreg((await run('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'], { timeout: TIMEOUT_MS })).stdout)
    if (platform === 'win32') {
      const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography'
      return parseReg((await run('reg', ['query', key, '/v', 'MachineGuid'], { timeout: TIMEOUT_MS })).stdout)
    }
    // machine-id(5)
    return (await readFile('/etc/machine-id', 'utf8')).trim() || null
  } catch {
    // Containers and minimal systems have none: then a copy cannot be told from the original.
    return null
  }
}

export function parseIoreg(output: string): string | null {
  return /"IOPlatformUUID"\s*=\s*"([^"]+)"/.exec(output)?.[1] ?? null
}

export function parseReg(output: string): string | null {
  return /MachineGuid\s+REG_SZ\s+(\S+)/.exec(output)?.[1] ?? null
}
