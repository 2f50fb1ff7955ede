import { join } from 'node:path'
import { z } from 'zod'
import { nearest } from '../util/nearest.ts'
import { readSize } from '../util/read-size.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { issuesSentence } from '../util/issue-sentence.ts'
import type { Logger } from '../util/logger.ts'
import { type RawConfig, readInstanceFile, readUserFile, writeConfigFile } from './config-file.ts'
import { type Config, schemaOf, type Setting, type SettingGroups, settingsOf, type ValuesOf } from './schema.ts'
import { hasSetting, withSetting } from './with-setting.ts'

export type ConfigSource = 'flag' | 'environment' | 'library' | 'file' | 'default'

/** Settings in the form that a library stores: an object for each group. The object is never changed, only replaced. */
export type StoredSettings = Readonly<Record<string, unknown>>

/** A library whose settings are requested. */
export interface LibrarySettingsSource {
  readonly settings: StoredSettings
  /** The file that contains them. */
  readonly file: string
}

export interface ExplainedSetting {
  readonly key: string
  readonly value: unknown
  readonly source: ConfigSource
  /** The variable or file that set the value. */
  readonly from: string | null
  readonly summary: string
  /** Whether each library has its own value, or only the device has one. */
  readonly scope: 'library' | 'device'
  /** The allowed values, as JSON Schema. */
  readonly schema: Record<string, unknown>
}

export interface ConfigOptions<G extends SettingGroups = {}> {
  /** The instance's folder; its `config.json` is the one that is written. */
  readonly dataDir: string
  readonly log: Logger
  /** Groups of settings that the process around the engine adds. */
  readonly groups?: G
  /** A file for all instances of this user; the instance's file takes precedence. */
  readonly userFile?: string | null
  /** The environment: `SPACEDRIVE_LOG_LEVEL` sets `log.level`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Values given on the command line, by key. */
  readonly flags?: Readonly<Record<string, string>>
  readonly now?: () => number
}

/** A value, with the variable or file that set it. */
interface Origin {
  readonly value: unknown
  readonly source: ConfigSource
  readonly from: string | null
}

/** The values of one source, by key. */
type Layer = ReadonlyMap<string, Origin>

/**
 * The settings of one installation. Precedence: flags, environment, the library's file, the instance's file, the user's
 * file, defaults.
 */
export class ConfigManager<G extends SettingGroups = {}> {
  readonly #options: ConfigOptions<G>
  readonly #file: string
  readonly #settings: readonly Setting[]
  /** The layers with a higher precedence than the instance's file, and those with a lower one. */
  readonly #above: readonly Layer[]
  readonly #below: readonly Layer[]
  readonly #listeners = new Set<(setting: Setting) => void>()
  /** Problems with the files that the user should know about, one sentence each. */
  readonly notices: readonly string[]
  #layers: readonly Layer[] = []
  #values: Config & ValuesOf<G>
  /** Cached values for libraries. The cache is cleared when a value of the installation changes. */
  #ofLibraries = new WeakMap<StoredSettings, Config & ValuesOf<G>>()
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(
    options: ConfigOptions<G>,
    file: string,
    layers: Record<'above' | 'below', Layer[]> & {
      settings: readonly Setting[]
      raw: RawConfig
      notices: readonly string[]
    },
  ) {
    this.notices = layers.notices
    this.#options = options
    this.#file = file
    this.#settings = layers.settings
    this.#above = layers.above
    this.#below = layers.below
    this.#values = this.#apply(layers.raw)
  }

  static async open<G extends SettingGroups = {}>(options: ConfigOptions<G>): Promise<ConfigManager<G>> {
    const { dataDir, log, userFile = null, env = {}, flags = {} } = options
    const settings = settingsOf(options.groups ?? {})
    const file = join(dataDir, 'config.json')
    const { config: raw, notice } = await readInstanceFile(file, options)
    const notices = [notice]
    warnUnknown(raw, { file, log, settings })
    const above = [flagLayer(flags, settings), environmentLayer(env, { log, settings })]
    const below: Layer[] = []
    if (userFile !== null) {
      const { config: user, notice: ofUser } = await readUserFile(userFile, options)
      notices.push(ofUser)
      warnUnknown(user, { file: userFile, log, settings })
      below.push(fileLayer(user, { file: userFile, log, settings }))
    }
    const told = notices.filter((each) => each !== null)
    return new ConfigManager(options, file, { settings, above, below, raw, notices: told })
  }

  /** The effective values. */
  get values(): Config & ValuesOf<G> {
    return this.#values
  }

  /** The effective values for a library with these settings. */
  valuesOf(settings: StoredSettings): Config & ValuesOf<G> {
    const known = this.#ofLibraries.get(settings)
    if (known) return known
    const values = this.#valuesFrom(this.#layersWith({ settings, file: 'library.json' }))
    this.#ofLibraries.set(settings, values)
    return values
  }

  /** One setting, or all settings. With a library, values of the library take precedence. Throws `NotFound`. */
  get(key?: string, library?: LibrarySettingsSource): ExplainedSetting[] {
    if (key !== undefined) return [this.explain(key, library)]
    const layers = this.#layersWith(library)
    return this.#settings.map((setting) => explained(setting, layers))
  }

  /** A setting, with the source of its value. Throws `NotFound`, which names the most similar key. */
  explain(key: string, library?: LibrarySettingsSource): ExplainedSetting {
    return explained(requireSetting(key, this.#settings), this.#layersWith(library))
  }

  /** Throws `NotFound`. */
  setting(key: string): Setting {
    return requireSetting(key, this.#settings)
  }

  /** Reads a value that a user typed, for a library to store. Throws `NotFound` or `InvalidInput`. */
  parse(key: string, text: string): { setting: Setting; value: unknown } {
    const setting = requireSetting(key, this.#settings)
    return { setting, value: parseText(setting, text) }
  }

  /**
   * Writes a value into the instance's file. The file is read again before, so that manual edits are kept and take
   * effect. Throws `NotFound`, `InvalidInput`, or the error of writing the file.
   */
  async set(key: string, text: string): Promise<ExplainedSetting & { restartNeeded: boolean }> {
    const setting = requireSetting(key, this.#settings)
    return this.#change(setting, parseText(setting, text))
  }

  /** Removes a value from the instance's file, as `set` writes one. Throws `NotFound`, also if the file does not have it. */
  async unset(key: string): Promise<ExplainedSetting & { restartNeeded: boolean }> {
    const setting = requireSetting(key, this.#settings)
    const { config: raw } = await readInstanceFile(this.#file, this.#options)
    if (hasSetting(raw, setting)) return this.#change(setting, undefined)
    const { from, source } = originOf(setting, this.#layers)
    const where = from === null ? source : `${source} ${from}`
    throw new CoreError('NotFound', `${key} is not set in ${this.#file}; its value comes from: ${where}`)
  }

  async #change(setting: Setting, value: unknown): Promise<ExplainedSetting & { restartNeeded: boolean }> {
    // Writes run one after another, because each reads the result of the previous one.
    const written = this.#writing.then(() => this.#write(setting, value))
    this.#writing = written.catch(() => {})
    await written
    return { ...explained(setting, this.#layers), restartNeeded: !setting.isLive }
  }

  /** `listener` is called with every setting whose value changed. */
  onChange(listener: (setting: Setting) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  async #write(setting: Setting, value: unknown): Promise<void> {
    const { config: raw } = await readInstanceFile(this.#file, this.#options)
    const changed = withSetting(raw, setting, value)
    await writeConfigFile(this.#file, changed)
    const values = () => this.#settings.map((each) => originOf(each, this.#layers).value)
    const before = values()
    this.#values = this.#apply(changed)
    for (const [at, now] of values().entries()) {
      if (now !== before[at]) for (const listener of this.#listeners) listener(this.#settings[at]!)
    }
  }

  #apply(raw: RawConfig): Config & ValuesOf<G> {
    const { log } = this.#options
    const settings = this.#settings
    this.#layers = [...this.#above, fileLayer(raw, { file: this.#file, log, settings }), ...this.#below]
    this.#ofLibraries = new WeakMap()
    return this.#valuesFrom(this.#layers)
  }

  #valuesFrom(layers: readonly Layer[]): Config & ValuesOf<G> {
    const nested: Record<string, Record<string, unknown>> = {}
    for (const setting of this.#settings) (nested[setting.group] ??= {})[setting.name] = originOf(setting, layers).value
    return schemaOf(this.#options.groups ?? ({} as G)).parse(nested)
  }

  /**
   * All layers for a library. Its own settings come after flags and environment, and before the files of the
   * installation.
   */
  #layersWith(library: LibrarySettingsSource | undefined): readonly Layer[] {
    if (!library) return this.#layers
    const settings = this.#settings.filter(({ ofLibrary }) => ofLibrary)
    const { file, settings: raw } = library
    const own = fileLayer(raw, { file, log: this.#options.log, settings, source: 'library' })
    return this.#layers.toSpliced(this.#above.length, 0, own)
  }
}

function explained(setting: Setting, layers: readonly Layer[]): ExplainedSetting {
  const { key, ofLibrary, schema, summary } = setting
  // The name of the schema language is removed, because readers of a single value do not need it.
  const { $schema: _, ...described } = z.toJSONSchema(schema)
  const scope = ofLibrary ? 'library' : 'device'
  return { key, ...originOf(setting, layers), summary, scope, schema: described }
}

function originOf({ key, schema }: Setting, layers: readonly Layer[]): Origin {
  const layer = layers.find((each) => each.has(key))
  return layer?.get(key) ?? { value: schema.parse(undefined), source: 'default', from: null }
}

interface Reading {
  readonly log: Logger
  readonly settings: readonly Setting[]
}
interface FileReading extends Reading {
  readonly file: string
  readonly source?: ConfigSource
}

/** The valid values of a file; invalid ones are reported and left out. */
function fileLayer(raw: RawConfig, { file, log, settings, source = 'file' }: FileReading): Layer {
  const values = new Map<string, Origin>()
  for (const { group: name, key, name: field, schema } of settings) {
    const group = raw[name]
    if (!isObject(group) || !Object.hasOwn(group, field)) continue
    const parsed = schema.safeParse(group[field])
    if (parsed.success) values.set(key, { value: parsed.data, source, from: file })
    else log.warn({ file, key }, `${key} has an invalid value: ${issuesSentence(parsed.error.issues)}; it is ignored`)
  }
  return values
}

function flagLayer(flags: Readonly<Record<string, string>>, settings: readonly Setting[]): Layer {
  const values = Object.entries(flags).map(([key, text]): [string, Origin] => {
    const value = parseText(requireSetting(key, settings), text)
    return [key, { value, source: 'flag', from: null }]
  })
  return new Map(values)
}

function environmentLayer(env: Readonly<Record<string, string | undefined>>, { log, settings }: Reading): Layer {
  const values = new Map<string, Origin>()
  for (const setting of settings) {
    const variable = variableOf(setting)
    const text = env[variable]
    if (text === undefined || text === '') continue
    try {
      values.set(setting.key, { value: parseText(setting, text), source: 'environment', from: variable })
    } catch (err) {
      log.warn({ variable }, `${variable} is passed over: ${errorMessage(err)}`)
    }
  }
  return values
}

/** The environment variable for a setting: `SPACEDRIVE_LOG_MAX_BYTES` for `log.maxBytes`. */
function variableOf({ group, name }: Setting): string {
  return `SPACEDRIVE_${group}_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase()
}

function warnUnknown(raw: RawConfig, { file, log, settings }: FileReading): void {
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

function requireSetting(key: string, settings: readonly Setting[]): Setting {
  const setting = settings.find((each) => each.key === key)
  if (setting) return setting
  const keys = settings.map((each) => each.key)
  const [hint] = nearest(key, keys)
  throw new CoreError(
    'NotFound',
    `no setting ${key}; ${hint ? `did you mean ${hint}?` : '`spacedrive config get` lists all'}`,
  )
}

/** Parses a value that the user typed: as JSON if that is valid for the setting, otherwise as plain text. */
function parseText({ key, schema }: Setting, text: string): unknown {
  const json = schema.safeParse(fromJson(text))
  const parsed = json.success ? json : schema.safeParse(text)
  if (parsed.success) return parsed.data
  const size = SIZE_KEY.test(key) ? readSize(text.trim().toLowerCase()) : null
  const bytes = size && schema.safeParse(Math.round(size.bytes))
  if (bytes?.success) return bytes.data
  // The error about the JSON value is more helpful than the one about the text.
  const { error } = json
  const example = SIZE_KEY.test(key) ? '; write a size, such as 5GB or 512MiB' : ''
  throw new CoreError(
    'InvalidInput',
    `${key} cannot be ${JSON.stringify(text)}: ${issuesSentence(error!.issues)}${example}`,
  )
}

/** A setting in bytes also takes a size with a unit: `5GB`. */
const SIZE_KEY = /Bytes(PerSecond)?$/

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
