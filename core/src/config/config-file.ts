import { readFile, realpath, rename } from 'node:fs/promises'
import { CoreError, systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { pathError } from '../util/path-error.ts'
import { writeFileAtomically } from '../util/write-file.ts'
import { migrateConfig } from './migrations.ts'
import { CONFIG_VERSION } from './schema.ts'

export type RawConfig = Record<string, unknown>

/** A file is a page of settings; more is not one of ours. */
const MAX_CONFIG_BYTES = 1_048_576

interface ReadOptions {
  readonly log: Logger
  readonly now?: () => number
}

/**
 * Reads the file of an instance, {} where there is none. One that cannot be understood is set aside, never overwritten,
 * and the defaults hold. Throws `VersionMismatch` for a file of a newer version.
 */
export async function readInstanceFile(path: string, { log, now = Date.now }: ReadOptions): Promise<RawConfig> {
  const config = await read(path)
  if (config !== null) return config
  const aside = `${path}.broken-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`
  await rename(path, aside)
  log.error(
    { path, aside },
    'the configuration cannot be read: it was set aside, and the defaults hold; mend it and put it back',
  )
  return {}
}

/** Reads the file of a person, {} where there is none. We never write it, so one that is broken stays where it is. */
export async function readUserFile(path: string, { log }: ReadOptions): Promise<RawConfig> {
  const config = await read(path)
  if (config === null) log.error({ path }, 'the configuration of this user cannot be read; it is passed over: mend it')
  return config ?? {}
}

/** Null where the file is no configuration. */
async function read(path: string): Promise<RawConfig | null> {
  const text = await readFile(path, 'utf8').catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT') return '{}'
    throw pathError(err, path)
  })
  const parsed = text.length > MAX_CONFIG_BYTES ? null : parseObject(text)
  if (parsed === null) return null
  if (typeof parsed['version'] === 'number' && parsed['version'] > CONFIG_VERSION) {
    throw new CoreError(
      'VersionMismatch',
      `${path} is of a newer version of Spacedrive; update this one, or move the file away`,
    )
  }
  return migrateConfig(parsed)
}

/** Throws `PermissionDenied` or `DiskFull` where it cannot be written; the old file is whole then. */
export async function writeConfigFile(path: string, config: RawConfig): Promise<void> {
  // Where it is a link (to a folder of settings under version control), what it leads to is written.
  const target = await realpath(path).catch(() => path)
  try {
    await writeFileAtomically(target, `${JSON.stringify({ ...config, version: CONFIG_VERSION }, null, 2)}\n`)
  } catch (err) {
    throw pathError(err, path)
  }
}

function parseObject(text: string): RawConfig | null {
  try {
    // Some editors on Windows put a mark in front.
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawConfig) : null
  } catch {
    return null
  }
}
