import { readFile, realpath } from 'node:fs/promises'
import { CoreError, systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { pathError } from '../util/path-error.ts'
import { writeFileAtomically } from '../util/write-file.ts'
import { keepCopy, restoreFromCopy } from '../util/file-copy.ts'
import { migrateConfig } from './migrations.ts'
import { CONFIG_VERSION } from './schema.ts'

export type RawConfig = Record<string, unknown>

/** Limit on the size of a file. A file of settings has about a page; a larger one is not a configuration. */
const MAX_CONFIG_BYTES = 1_048_576

interface ReadOptions {
  readonly log: Logger
  readonly now?: () => number
}

/** The configuration in a file, and a notice for the user. */
export interface ReadConfig {
  readonly config: RawConfig
  readonly notice: string | null
}

/**
 * Reads the file of an instance; {} if it does not exist. A file that cannot be parsed is set aside, never
 * overwritten, and replaced by its copy. Without a copy, the defaults apply. Throws `VersionMismatch` for a file of a
 * newer version.
 */
export async function readInstanceFile(path: string, { log, now = Date.now }: ReadOptions): Promise<ReadConfig> {
  const text = await readText(path)
  const config = parseConfig(text, path)
  if (config !== null) {
    if (text !== NOTHING) await keepCopy(path, text)
    return { config, notice: null }
  }
  const parse = (copy: string) => parseConfig(copy, path)
  const otherwise = 'the defaults hold; mend it and put it back'
  const restored = await restoreFromCopy(path, { parse, otherwise, log, now: now() })
  return { config: restored.value ?? {}, notice: restored.notice }
}

/** Reads the file of a user; {} if it does not exist. Spacedrive never writes it, so a broken file stays in place. */
export async function readUserFile(path: string, { log }: ReadOptions): Promise<ReadConfig> {
  const config = parseConfig(await readText(path), path)
  if (config !== null) return { config, notice: null }
  const notice = `${path}, the configuration of this user, cannot be read and is passed over; mend it`
  log.error({ path }, notice)
  return { config: {}, notice }
}

/** Used as the text of a missing file. */
const NOTHING = '{}'

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT') return NOTHING
    throw pathError(err, path)
  })
}

/** Null if the text is not a configuration. */
function parseConfig(text: string, path: string): RawConfig | null {
  const parsed = text.length > MAX_CONFIG_BYTES ? null : parseObject(text)
  if (parsed === null) return null
  if (typeof parsed['version'] === 'number' && parsed['version'] > CONFIG_VERSION) {
    throw new CoreError(
      'VersionMismatch',
      `${path} was written by a newer version of Spacedrive; update Spacedrive, or move the file away`,
    )
  }
  return migrateConfig(parsed)
}

/** Throws `PermissionDenied` or `DiskFull` if the file cannot be written; the old file then stays intact. */
export async function writeConfigFile(path: string, config: RawConfig): Promise<void> {
  // The file may be a link, for example to a folder under version control. In that case, write its target.
  const target = await realpath(path).catch(() => path)
  try {
    const text = `${JSON.stringify({ ...config, version: CONFIG_VERSION }, null, 2)}\n`
    await writeFileAtomically(target, text)
    await keepCopy(path, text)
  } catch (err) {
    throw pathError(err, path)
  }
}

function parseObject(text: string): RawConfig | null {
  try {
    // Some Windows editors write a byte-order mark.
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawConfig) : null
  } catch {
    return null
  }
}
