import { readFile } from 'node:fs/promises'
import { askSystem, parseRegistryValue } from './ask-system.ts'

/** The files with the machine's id: machine-id(5), and the older file of D-Bus. */
const LINUX_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id']

/** The operating system's id of the machine. Null if there is none; then a copied data folder cannot be recognised. */
export async function readMachineId(platform: NodeJS.Platform = process.platform): Promise<string | null> {
  if (platform === 'darwin') return parseIoreg(await askSystem('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']))
  if (platform === 'win32') {
    const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography'
    return parseRegistryValue(await askSystem('reg', ['query', key, '/v', 'MachineGuid']), 'MachineGuid')
  }
  for (const file of LINUX_FILES) {
    const id = (await readFile(file, 'utf8').catch(() => '')).trim()
    // An image for cloning contains `uninitialized`; many containers have an empty file or none.
    if (/^[0-9a-f]{32}$/.test(id)) return id
  }
  return null
}

export function parseIoreg(output: string): string | null {
  return /"IOPlatformUUID"\s*=\s*"([^"]+)"/.exec(output)?.[1] ?? null
}
