import { readFile, rename } from 'node:fs/promises'
import { CoreError, errorMessage, systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { writeFileAtomically } from '../util/write-file.ts'
import { migrateConfig } from './migrations.ts'
import { CONFIG_VERSION } from './schema.ts'

export type RawConfig = Record<string, unknown>

/** A file is a page of settings; more is not one of ours. */
const MAX_CONFIG_BYTES = 1_048_576

/**
 * Reads a configuration file. One that cannot be understood is set aside, never overwritten, and the defaults hold.
 * Throws `VersionMismatch` for a file of a newer version.
 */
export async function readConfigFile(
  path: string,
  { log, now }: { log: Logger; now: () => number },
): Promise<RawConfig> {
  const text = await readFile(path, 'utf8').catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT') return null
    throw new CoreError('PermissionDenied', `${path} cannot be read: ${errorMessage(err)}`, { cause: err })
  })
  if (text === null) return {}
  const parsed = text.length > MAX_CONFIG_BYTES ? null : parseObject(text)
  if (parsed === null) {
    const aside = `${path}.broken-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`
    await rename(path, aside)
    log.error(
      { path, aside },
      'the configuration cannot be read: it was set aside, and the defaults hold; mend it and put it back',
    )
    return {}
  }
  if (typeof parsed['version'] === 'number' && parsed['version'] > CONFIG_VERSION) {
    throw new CoreError(
      'VersionMismatch',
      `${path} is of a newer version of Spacedrive; update this one, or move the file away`,
    )
  }
  return migrateConfig(parsed)
}

export async function writeConfigFile(path: string, config: RawConfig): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify({ ...config, version: CONFIG_VERSION }, null, 2)}\n`)
}

function parseObject(text: string): RawConfig | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawConfig) : null
  } catch {
    return null
  }
}
