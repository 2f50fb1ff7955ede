import { join } from 'node:path'
import { z } from 'zod'
import { nearest } from '../util/nearest.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { issuesSentence } from '../util/issue-sentence.ts'
import type { Logger } from '../util/logger.ts'
import { type RawConfig, readInstanceFile, readUserFile, writeConfigFile } from './config-file.ts'
import { type Config, schemaOf, type Setting, type SettingGroups, settingsOf, type ValuesOf } from './schema.ts'

export type ConfigSource = 'flag' | 'environment' | 'file' | 'default'

export interface ExplainedSetting {
  readonly key: string
  readonly value: unknown
  readonly source: ConfigSource
  /** The variable or file that set the value. */
  readonly from: string | null
  readonly summary: string
  /** The allowed values, as JSON Schema. */
  readonly schema: Record<string, unknown>
}

export interface ConfigOptions<G extends SettingGroups = {}> {
  /** The instance's folder; its `config.json` is the one that is written. */
  readonly dataDir: string
  readonly log: Logger
  /** The settings of the process around the engine, by group. */
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

/** The settings of one installation. Precedence: flags, environment, the instance's file, the user's file, defaults. */
export class ConfigManager<G extends SettingGroups = {}> {
  readonly #options: ConfigOptions<G>
  readonly #file: string
  readonly #settings: readonly Setting[]
  /** The layers that the instance's file cannot change: those above and those below it. */
  readonly #above: readonly Layer[]
  readonly #below: readonly Layer[]
  readonly #listeners = new Set<(key: string) => void>()
  /** Problems with the files that the user should know about, one sentence each. */
  readonly notices: readonly string[]
  #layers: readonly Layer[] = []
  #values: Config & ValuesOf<G>
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

  /** One setting, or all. Throws `NotFound`. */
  get(key?: string): ExplainedSetting[] {
    return key === undefined ? this.#settings.map((setting) => this.#explain(setting)) : [this.explain(key)]
  }

  /** A setting with the source of its value. Throws `NotFound`, with the nearest key. */
  explain(key: string): ExplainedSetting {
    return this.#explain(requireSetting(key, this.#settings))
  }

  /**
   * Writes a value into the instance's file. It reads the file again first, so that manual edits stay and take effect.
   * Throws `NotFound`, `InvalidInput`, or the error of writing the file.
   */
  async set(key: string, text: string): Promise<ExplainedSetting & { restartNeeded: boolean }> {
    const setting = requireSetting(key, this.#settings)
    const value = parseText(setting, text)
    // Writes run one after another, because each reads the result of the previous one.
    const written = this.#writing.then(() => this.#write(setting, value))
    this.#writing = written.catch(() => {})
    await written
    return { ...this.#explain(setting), restartNeeded: !setting.isLive }
  }

  /** `listener` is called with the key of every changed value. */
  onChange(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  async #write({ group, name }: Setting, value: unknown): Promise<void> {
    const { config: raw } = await readInstanceFile(this.#file, this.#options)
    const changed = { ...raw, [group]: { ...(isObject(raw[group]) ? raw[group] : {}), [name]: value } }
    await writeConfigFile(this.#file, changed)
    const values = () => this.#settings.map((each) => this.#origin(each).value)
    const before = values()
    this.#values = this.#apply(changed)
    for (const [at, now] of values().entries()) {
      if (now !== before[at]) for (const listener of this.#listeners) listener(this.#settings[at]!.key)
    }
  }

  #apply(raw: RawConfig): Config & ValuesOf<G> {
    const { groups = {} as G, log } = this.#options
    const settings = this.#settings
    this.#layers = [...this.#above, fileLayer(raw, { file: this.#file, log, settings }), ...this.#below]
    const nested: Record<string, Record<string, unknown>> = {}
    for (const setting of settings) (nested[setting.group] ??= {})[setting.name] = this.#origin(setting).value
    return schemaOf(groups).parse(nested)
  }

  #explain(setting: Setting): ExplainedSetting {
    const { key, schema, summary } = setting
    // Without the name of the schema language, which readers of a single value do not need.
    const { $schema: _, ...described } = z.toJSONSchema(schema)
    return { key, ...this.#origin(setting), summary, schema: described }
  }

  #origin({ key, schema }: Setting): Origin {
    const layer = this.#layers.find((each) => each.has(key))
    return layer?.get(key) ?? { value: schema.parse(undefined), source: 'default', from: null }
  }
}

interface Reading {
  readonly log: Logger
  readonly settings: readonly Setting[]
}
interface FileReading extends Reading {
  readonly file: string
}

/** The valid values of a file; invalid ones are reported and left out. */
function fileLayer(raw: RawConfig, { file, log, settings }: FileReading): Layer {
  const values = new Map<string, Origin>()
  for (const { group: name, key, name: field, schema } of settings) {
    const group = raw[name]
    if (!isObject(group) || !Object.hasOwn(group, field)) continue
    const parsed = schema.safeParse(group[field])
    if (parsed.success) values.set(key, { value: parsed.data, source: 'file', from: file })
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

/** `log.maxBytes` is `SPACEDRIVE_LOG_MAX_BYTES`. */
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
    `no setting ${key}; ${hint ? `did you mean ${hint}?` : `there are ${keys.join(', ')}`}`,
  )
}

/** Parses a value that the user typed: as JSON if that is valid for the setting, otherwise as plain text. */
function parseText({ key, schema }: Setting, text: string): unknown {
  const json = schema.safeParse(fromJson(text))
  const parsed = json.success ? json : schema.safeParse(text)
  if (parsed.success) return parsed.data
  // The error about the JSON value is more helpful than the one about the text.
  const { error } = json
  throw new CoreError('InvalidInput', `${key} cannot be ${JSON.stringify(text)}: ${issuesSentence(error!.issues)}`)
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
