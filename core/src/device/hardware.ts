import { readFile } from 'node:fs/promises'
import os from 'node:os'
import type { Device } from '../domain/index.ts'
import { askSystem, parseRegistryValue } from './ask-system.ts'

/** The hardware of the machine, as far as the system reports it without special rights. */
export async function readHardware(platform: NodeJS.Platform = process.platform): Promise<Device['hardware']> {
  const cpus = os.cpus()
  return {
    model: meaningful(await readModel(platform)),
    cpu: meaningful(cpus[0]?.model ?? ''),
    cores: cpus.length,
    memoryBytes: os.totalmem(),
  }
}

/** The operating system, with its marketing name if known. */
export async function readOs(platform: NodeJS.Platform = process.platform): Promise<Device['os']> {
  return { platform, version: (await readVersion(platform)) ?? os.release(), arch: os.arch() }
}

async function readVersion(platform: NodeJS.Platform): Promise<string | null> {
  if (platform === 'darwin') {
    return parseSystemVersion(await readText('/System/Library/CoreServices/SystemVersion.plist'))
  }
  if (platform === 'win32') return os.version()
  return parseOsRelease(await readText('/etc/os-release'))
}

async function readModel(platform: NodeJS.Platform): Promise<string> {
  if (platform === 'darwin') return askSystem('sysctl', ['-n', 'hw.model'])
  if (platform === 'win32') {
    const key = 'HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS'
    const output = await askSystem('reg', ['query', key, '/v', 'SystemProductName'])
    return parseRegistryValue(output, 'SystemProductName') ?? ''
  }
  return (await readText('/sys/class/dmi/id/product_name')) || readText('/sys/firmware/devicetree/base/model')
}

/** Reads the name from os-release(5). */
export function parseOsRelease(text: string): string | null {
  return /^PRETTY_NAME=(["']?)(.+)\1$/m.exec(text)?.[2] ?? null
}

export function parseSystemVersion(plist: string): string | null {
  return /<key>ProductVersion<\/key>\s*<string>([^<]+)<\/string>/.exec(plist)?.[1] ?? null
}

/** Null for placeholders that makers leave in the place of a name. */
function meaningful(text: string): string | null {
  const name = text.replaceAll('\0', '').trim()
  return /^(|unknown|none|default string|to be filled by o\.e\.m\.|system product name)$/i.test(name) ? null : name
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}
