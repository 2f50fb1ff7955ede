import { join } from 'node:path'
import { z } from 'zod'
import { nearest } from '../util/nearest.ts'
import { CoreError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { type RawConfig, readConfigFile, writeConfigFile } from './config-file.ts'
import { Config, type Setting, settings } from './schema.ts'

export type ConfigSource = 'flag' | 'environment' | 'file' | 'default'

export interface ExplainedSetting {
  readonly key: string
  readonly value: unknown
  readonly source: ConfigSource
  /** The variable or file the value came from. */
  readonly from: string | null
  readonly summary: string
}

export interface ConfigOptions {
  /** The instance's folder; its `config.json` is the one that is written. */
  readonly dataDir: string
  readonly log: Logger
  /** A file for all instances of this user, read before the instance's. */
  readonly userFile?: string | null
  /** `SPACEDRIVE_LOG_LEVEL` is `log.level`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Values given on the command line, by key. */
  readonly flags?: Readonly<Record<string, string>>
  readonly now?: () => number
}

interface Layer {
  readonly source: ConfigSource
  readonly from: string | null
  /** By key. */
  readonly values: ReadonlyMap<string, unknown>
}

/** Settings the engine only reads when it starts. */
const LIVE_KEYS: ReadonlySet<string> = new Set()

/** The settings of one installation: flags over environment over the instance's file over the user's file over defaults. */
export class ConfigManager {
  readonly #file: string
  readonly #log: Logger
  readonly #fixed: readonly Layer[]
  readonly #user: Layer | null
  readonly #listeners = new Set<(key: string) => void>()
  #raw: RawConfig
  #values: Config

  private constructor(of: { file: string; log: Logger; fixed: readonly Layer[]; user: Layer | null; raw: RawConfig }) {
    this.#file = of.file
    this.#log = of.log
    this.#fixed = of.fixed
    this.#user = of.user
    this.#raw = of.raw
    this.#values = this.#resolve()
  }

  static async open(options: ConfigOptions): Promise<ConfigManager> {
    const { dataDir, log, userFile = null, env = {}, flags = {}, now = Date.now } = options
    const file = join(dataDir, 'config.json')
    const raw = await readConfigFile(file, { log, now })
    warnUnknown(raw, file, log)
    const user = userFile === null ? null : await readConfigFile(userFile, { log, now })
    if (user && userFile) warnUnknown(user, userFile, log)
    const fixed = [flagLayer(flags), environmentLayer(env, log)]
    return new ConfigManager({
      file,
      log,
      fixed,
      raw,
      user: user && { source: 'file', from: userFile, values: byKey(user, log, userFile) },
    })
  }

  /** What holds now. */
  get values(): Config {
    return this.#values
  }

  /** One setting, or all. Throws `NotFound`. */
  get(key?: string): ExplainedSetting[] {
    return key === undefined ? settings.map((setting) => this.#explain(setting)) : [this.explain(key)]
  }

  /** A setting with where its value comes from. Throws `NotFound`, with the nearest key. */
  explain(key: string): ExplainedSetting {
    return this.#explain(requireSetting(key))
  }

  /** Writes a value into the instance's file. Throws `NotFound` or `InvalidInput`. */
  async set(key: string, text: string): Promise<ExplainedSetting & { restartNeeded: boolean }> {
    const setting = requireSetting(key)
    const value = parseText(setting, text)
    const group = this.#raw[setting.group]
    this.#raw = { ...this.#raw, [setting.group]: { ...(isObject(group) ? group : {}), [setting.name]: value } }
    await writeConfigFile(this.#file, this.#raw)
    this.#values = this.#resolve()
    for (const listener of this.#listeners) listener(key)
    return { ...this.#explain(setting), restartNeeded: !LIVE_KEYS.has(key) }
  }

  onChange(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  #layers(): Layer[] {
    const file: Layer = { source: 'file', from: this.#file, values: byKey(this.#raw, this.#log, this.#file) }
    return [...this.#fixed, file, ...(this.#user ? [this.#user] : [])]
  }

  #resolve(): Config {
    const nested: Record<string, Record<string, unknown>> = {}
    for (const setting of settings) {
      const { source, value } = this.#explain(setting)
      if (source !== 'default') (nested[setting.group] ??= {})[setting.name] = value
    }
    return Config.parse(nested)
  }

  #explain(setting: Setting): ExplainedSetting {
    const { key, summary } = setting
    for (const { source, from, values } of this.#layers()) {
      if (values.has(key)) return { key, value: values.get(key), source, from, summary }
    }
    return { key, value: setting.schema.parse(undefined), source: 'default', from: null, summary }
  }
}

/** The values of a file that make sense; the others are told and left out. */
function byKey(raw: RawConfig, log: Logger, file: string | null): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const setting of settings) {
    const group = raw[setting.group]
    if (!isObject(group) || !Object.hasOwn(group, setting.name)) continue
    const parsed = setting.schema.safeParse(group[setting.name])
    if (parsed.success) values.set(setting.key, parsed.data)
    else
      log.warn(
        { file, key: setting.key },
        `${setting.key} has a value that makes no sense: ${z.prettifyError(parsed.error)}; the default holds`,
      )
  }
  return values
}

function flagLayer(flags: Readonly<Record<string, string>>): Layer {
  const values = new Map<string, unknown>()
  for (const [key, text] of Object.entries(flags)) values.set(key, parseText(requireSetting(key), text))
  return { source: 'flag', from: null, values }
}

function environmentLayer(env: Readonly<Record<string, string | undefined>>, log: Logger): Layer {
  const values = new Map<string, unknown>()
  for (const setting of settings) {
    const text = env[variableOf(setting)]
    if (text === undefined) continue
    try {
      values.set(setting.key, parseText(setting, text))
    } catch (err) {
      log.warn(
        { variable: variableOf(setting), err },
        'an environment variable has a value that makes no sense; it is passed over',
      )
    }
  }
  return { source: 'environment', from: 'SPACEDRIVE_*', values }
}

/** `log.maxBytes` is `SPACEDRIVE_LOG_MAX_BYTES`. */
function variableOf({ group, name }: Setting): string {
  return `SPACEDRIVE_${group}_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase()
}

function warnUnknown(raw: RawConfig, file: string, log: Logger): void {
  const known = new Set(settings.map(({ key }) => key))
  for (const [group, value] of Object.entries(raw)) {
    if (group === 'version') continue
    for (const key of isObject(value) ? Object.keys(value).map((name) => `${group}.${name}`) : [group]) {
      if (known.has(key)) continue
      const [hint] = nearest(key, [...known])
      log.warn(
        { file, key },
        `unknown setting ${key}${hint ? `; did you mean ${hint}?` : ';'} it is kept and has no effect`,
      )
    }
  }
}

function requireSetting(key: string): Setting {
  const setting = settings.find((each) => each.key === key)
  if (setting) return setting
  const keys = settings.map((each) => each.key)
  const [hint] = nearest(key, keys)
  throw new CoreError(
    'NotFound',
    `no setting ${key}; ${hint ? `did you mean ${hint}?` : `there are ${keys.join(', ')}`}`,
  )
}

/** A value as a person types it: JSON where it is JSON, else the text itself. */
function parseText(setting: Setting, text: string): unknown {
  const parsed = setting.schema.safeParse(fromJson(text))
  if (parsed.success) return parsed.data
  throw new CoreError(
    'InvalidInput',
    `${setting.key} cannot be ${JSON.stringify(text)}: ${z.prettifyError(parsed.error)}`,
  )
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
