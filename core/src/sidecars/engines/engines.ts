import { access, rm } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { ConfigManager } from '../../config/index.ts'
import type { Engine, EngineJob } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { pathError } from '../../util/path-error.ts'
import { removeTree } from '../../util/remove-tree.ts'
import { chooseEngine } from '../generators/transcript/choose-engine.ts'
import { whyNoEngine } from '../generators/embeddings/settings.ts'
import type { QueryEmbedder } from '../generators/embeddings/query-embedder.ts'
import { detectEngines } from '../generators/detect-engines.ts'
import { addableLanguage } from '../generators/ocr/detect.ts'
import { type AddedEngines, type DetectedEngine, type Generator, isUsable } from '../generators/index.ts'
import { languageFile, languagesIn } from '../generators/ocr/added-languages.ts'
import type { OcrSettings } from '../generators/ocr/index.ts'
import { languageName, PACKAGED_LANGUAGES, systemLanguages } from '../generators/ocr/languages.ts'
import type { SidecarPools } from '../processes/sidecar-pools.ts'
import { addLanguage } from './language-data.ts'
import { installRuntime, type Runtime, runtimes } from './runtimes.ts'
import { samples, tryEngine } from './try-engine.ts'

export interface EnginesDeps {
  /** The folder of the engines that the user has added. */
  readonly folder: string
  /** A folder for temporary files. */
  readonly temporary: string
  readonly config: Pick<ConfigManager, 'set' | 'values'>
  readonly generators: () => readonly Generator[]
  readonly pools: SidecarPools
  readonly queries: Pick<QueryEmbedder, 'embed'>
}

/** The name of an engine: of a program, of a model, or the code of a language. A model may be a path. */
export interface EngineName {
  readonly job: EngineJob
  readonly name: string
}

export interface TestedEngine {
  readonly job: EngineJob
  readonly engine: { readonly name: string; readonly version: string }
  /** The result, in a few words. */
  readonly said: string
  readonly tookMs: number
}

/** The engines that the user has added, found in their folder. */
export function addedEngines(folder: string): AddedEngines {
  return { languages: languagesIn(languagesFolder(folder)) }
}

function languagesFolder(folder: string): string {
  return join(folder, 'tessdata')
}

/** Lists, adds, removes and tries the engines of this installation. Only `add` sends requests to a server. */
export class Engines {
  readonly #deps: EnginesDeps

  constructor(deps: EnginesDeps) {
    this.#deps = deps
  }

  /**
   * All engines and models that can be used, whether or not they are installed. `all`: also every language that can be
   * added, not only those of this system.
   */
  async list(job?: EngineJob, { all = false } = {}): Promise<Engine[]> {
    const detected = await detectEngines(this.#deps.generators())
    const names = new Set(detected.map(({ name }) => name))
    const others = all ? PACKAGED_LANGUAGES.filter((code) => !names.has(code)).map(addableLanguage) : []
    const found: readonly DetectedEngine[] = [...detected, ...others]
    return found.filter((engine) => job === undefined || engine.job === job).map(({ replaces: _, ...engine }) => engine)
  }

  /** Codes of the languages whose data OCR has. */
  async ocrLanguages(): Promise<string[]> {
    const languages = (await this.list('ocr')).filter(isLanguage)
    return languages.filter(isUsable).map(({ name }) => name)
  }

  /**
   * Installs an engine, the data of a language, or a model that the user has as a file. If the name is missing or
   * unknown, throws `InvalidInput`, which lists the possible names. Also throws `AlreadyExists`, and the errors of the
   * download.
   */
  async add({ job, name }: { job: EngineJob; name?: string | undefined }, signal: AbortSignal): Promise<Engine> {
    const known = await this.list(job)
    if (name === undefined) throw new CoreError('InvalidInput', proposal(job, known))
    if (isAbsolute(name)) return this.#useModel({ job, name })
    const entry = known.find((engine) => engine.name === name)
    if (entry && isUsable(entry)) throw new CoreError('AlreadyExists', `${name} is there already: ${entry.how}`)
    const runtime = runtimes.find((each) => each.job === job && each.name === name)
    if (runtime) await this.#addRuntime(runtime, signal)
    else if (job === 'ocr' && entry?.state !== 'missing') await this.#addLanguage(name, signal)
    else throw new CoreError('InvalidInput', cannotAdd({ job, name }, entry, known))
    return this.#entry({ job, name })
  }

  /** Removes an engine that the user has added. Throws `NotFound` if there is no such engine. */
  async remove({ job, name }: EngineName): Promise<Engine[]> {
    const { config, folder } = this.#deps
    const runtime = runtimes.find((each) => each.job === job && each.name === name)
    const model = modelSettings[job]
    if (job === 'ocr' && addedEngines(folder).languages.codes.includes(name)) {
      const file = languageFile(languagesFolder(folder), name)
      await rm(file, { force: true }).catch((err: unknown) => {
        throw pathError(err, file)
      })
    } else if (runtime && (await isThere(this.#runtimeFolder(runtime)))) {
      await removeTree(this.#runtimeFolder(runtime))
      await config.set(runtime.setting, '')
    } else if (model && model.current(config.values) === name) await config.set(model.setting, '')
    else {
      throw new CoreError('NotFound', `${name} was not added by \`spacedrive engine add ${job}\`, so it is not removed`)
    }
    return this.list(job)
  }

  /**
   * Makes a sidecar of a small sample. `name` is the code of a language, or the engine that should be used. Throws
   * `Unavailable` if another engine was used, and the errors of the engine.
   */
  async test({ job, name }: { job: EngineJob; name?: string | undefined }, signal: AbortSignal): Promise<TestedEngine> {
    const begun = performance.now()
    const entry = name === undefined ? null : await this.#entry({ job, name })
    if (entry && !isUsable(entry)) throw new CoreError('Unavailable', `${entry.name} cannot be used: ${entry.how}`)
    const { engine, said } = await (job === 'embeddings'
      ? this.#tryEmbedding(signal)
      : this.#trySample(job, entry !== null && isLanguage(entry) ? entry.name : null, signal))
    if (entry && !isLanguage(entry) && engine.name !== entry.name && !embeds(job)) {
      throw new CoreError('Unavailable', `${engine.name} did it, not ${entry.name}: for the sample, it comes first`)
    }
    return { job, engine, said, tookMs: Math.round(performance.now() - begun) }
  }

  async #trySample(job: Exclude<EngineJob, 'embeddings'>, language: string | null, signal: AbortSignal) {
    const sample = samples[job]
    const generator = this.#deps.generators().find(({ kind }) => kind === sample.kind)
    if (!generator) throw new CoreError('Unavailable', `this installation makes no ${sample.kind}`)
    const settings =
      language === null ? generator.settings : { ...(generator.settings as OcrSettings), languages: language }
    return tryEngine({ ...bound(generator), settings }, sample, this.#deps, signal)
  }

  async #tryEmbedding(signal: AbortSignal) {
    const { model, vector } = await this.#deps.queries.embed('a short sentence', signal)
    return { engine: { name: model, version: '' }, said: `a vector of ${vector.length} numbers` }
  }

  async #addLanguage(code: string, signal: AbortSignal): Promise<void> {
    await addLanguage(languagesFolder(this.#deps.folder), code, signal)
  }

  async #addRuntime(runtime: Runtime, signal: AbortSignal): Promise<void> {
    const folder = this.#runtimeFolder(runtime)
    await installRuntime(folder, runtime, signal)
    await this.#deps.config.set(runtime.setting, folder)
  }

  #runtimeFolder({ name }: Runtime): string {
    return join(this.#deps.folder, name)
  }

  /**
   * Sets a model that the user has as a file or folder. Throws `InvalidInput` if it is not a model, or if something
   * else that the model needs is missing.
   */
  async #useModel({ job, name }: EngineName): Promise<Engine> {
    const { config } = this.#deps
    const model = modelSettings[job]
    if (!model) throw new CoreError('InvalidInput', `the engines for ${job} take no model`)
    const why = await model.whyNot(config.values, name)
    if (why !== null) throw new CoreError('InvalidInput', why)
    await config.set(model.setting, name)
    const used = (await this.list(job)).find(isUsable)
    if (!used) throw new CoreError('Unavailable', `${name} is set, but no engine for it is there: ${model.how}`)
    return used
  }

  async #entry({ job, name }: EngineName): Promise<Engine> {
    const entry = (await this.list(job)).find((engine) => engine.name === name)
    if (!entry) throw new CoreError('NotFound', `there is no ${name} for ${job}; see \`spacedrive engine list ${job}\``)
    return entry
  }
}

/** The setting for the model of a task, and a check that returns why a file or folder is not such a model. */
interface ModelSetting {
  readonly setting: string
  readonly how: string
  current(values: ConfigManager['values']): string
  whyNot(values: ConfigManager['values'], path: string): Promise<string | null>
}

const modelSettings: Readonly<Partial<Record<EngineJob, ModelSetting>>> = {
  transcripts: {
    setting: 'transcript.model',
    how: 'see `spacedrive engine list transcripts`',
    current: ({ transcript }) => transcript.model,
    async whyNot({ transcript }, path) {
      const choice = await chooseEngine({ ...transcript, engine: 'auto', model: path })
      return choice.engine === null ? choice.why : null
    },
  },
  embeddings: {
    setting: 'embeddings.folder',
    how: 'see `spacedrive engine list embeddings`',
    current: ({ embeddings }) => embeddings.folder,
    whyNot: ({ embeddings }, path) => whyNoEngine({ ...embeddings, url: '', folder: path }),
  },
}

/** Where to get models for a task: package registries do not have them. */
const WEIGHTS: Readonly<Partial<Record<EngineJob, string>>> = {
  transcripts:
    'A model is a file that you download, such as ggml-base.bin (148 MB, MIT) from huggingface.co/ggerganov/whisper.cpp: `spacedrive engine add transcripts <file>`',
  embeddings:
    'A model is a folder that you download, such as Xenova/all-MiniLM-L6-v2 (90 MB, Apache-2.0) from huggingface.co: `spacedrive engine add embeddings <folder>`',
}

/** A sentence with the names that can be added. */
function proposal(job: EngineJob, known: readonly Engine[]): string {
  if (job !== 'ocr') return sentences([`name what to add for ${job}`, ...addable(job, known), WEIGHTS[job]])
  const wanted = systemLanguages()
  const missing = wanted.filter((code) => known.some(({ name, state }) => name === code && state === 'available'))
  const commands = missing.map((code) => `\`spacedrive engine add ocr ${code}\` for ${languageName(code)}`)
  if (commands.length > 0)
    return sentences(['name a language', `This system’s are not all installed: ${commands.join(', ')}`])
  const names = wanted.map((code) => languageName(code)).join(' and ')
  const installed = names === '' ? '' : `, which reads ${names} already`
  return `name a language to add for this system${installed}: \`spacedrive engine add ocr deu\` for German, fra for French, jpn for Japanese`
}

function cannotAdd({ job, name }: EngineName, entry: Engine | undefined, known: readonly Engine[]): string {
  const what = entry ? `${name} cannot be added here: ${entry.how}` : `there is no ${name} for ${job}`
  return sentences([what, ...addable(job, known), WEIGHTS[job]])
}

function addable(job: EngineJob, known: readonly Engine[]): string[] {
  const names = known.filter(({ state }) => state === 'available').map(({ name }) => name)
  if (names.length > 0)
    return [`These can be added: ${names.map((each) => `\`spacedrive engine add ${job} ${each}\``).join(', ')}`]
  return known.filter(({ state }) => state === 'missing').map(({ how, name }) => `${name}: ${how}`)
}

function sentences(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('. ')
}

/** Whether an entry is the data of a language, not an engine. */
function isLanguage(entry: Engine | null): boolean {
  return entry !== null && entry.job === 'ocr' && !entry.name.startsWith('tesseract')
}

/** Whether sidecars of this task are named after the model. */
function embeds(job: EngineJob): boolean {
  return job === 'embeddings'
}

/** A copy of a generator that is a plain object, so that it can be spread. */
function bound(generator: Generator): Generator {
  return { ...generator, pool: (content) => generator.pool(content), accepts: (content) => generator.accepts(content) }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
