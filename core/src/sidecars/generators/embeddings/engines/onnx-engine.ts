import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { MAX_TOKENS } from '../limits.ts'
import { type EmbeddingSettings, findModelFile, findRuntime, whyNoEngine } from '../settings.ts'
import type { EmbeddingEngine, TextUse } from './engine.ts'
import { checked, normalise } from './normalise.ts'

/** The part of `onnxruntime-node` that is used here. The package is not installed with this program. */
interface Runtime {
  readonly InferenceSession: {
    create(file: string, options: object): Promise<Session>
  }
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown
}
interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(inputs: Record<string, unknown>): Promise<Record<string, Output>>
}
interface Output {
  readonly data: ArrayLike<number>
  readonly dims: readonly number[]
}

type Pooling = 'mean' | 'cls'

/**
 * A model in ONNX format from a folder with the files of model hubs: `onnx/model.onnx`, `tokenizer.json` and their
 * settings.
 */
export class OnnxEngine implements EmbeddingEngine {
  readonly name = 'onnxruntime-node'
  readonly version: string
  readonly #runtime: Runtime
  readonly #session: Session
  readonly #tokenizer: Tokenizer
  readonly #maxTokens: number
  readonly #pooling: Pooling
  readonly #prefixes: Readonly<Record<TextUse, string>>

  private constructor(of: {
    version: string
    runtime: Runtime
    session: Session
    tokenizer: Tokenizer
    maxTokens: number
    pooling: Pooling
    prefixes: Readonly<Record<TextUse, string>>
  }) {
    this.version = of.version
    this.#runtime = of.runtime
    this.#session = of.session
    this.#tokenizer = of.tokenizer
    this.#maxTokens = of.maxTokens
    this.#pooling = of.pooling
    this.#prefixes = of.prefixes
  }

  /** Loads the model. Throws `Offline` if the model or its runtime is missing or cannot be loaded. */
  static async open(settings: EmbeddingSettings): Promise<OnnxEngine> {
    const why = await whyNoEngine(settings)
    if (why !== null) throw new CoreError('Offline', why)
    const { folder, queryPrefix, textPrefix } = settings
    try {
      const { file, version } = (await findRuntime(settings))!
      const require = createRequire(file)
      const runtime = require(file) as Runtime
      const tokenizerConfig = await readJson(join(folder, 'tokenizer_config.json'))
      const config = await readJson(join(folder, 'config.json'))
      return new OnnxEngine({
        version,
        runtime,
        // One thread: the machine has other work, and a second one gains little on such short texts.
        session: await runtime.InferenceSession.create((await findModelFile(folder))!, {
          executionProviders: ['cpu'],
          intraOpNumThreads: 1,
          interOpNumThreads: 1,
          logSeverityLevel: 3,
        }),
        tokenizer: new Tokenizer(JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')), tokenizerConfig),
        maxTokens: smallest(MAX_TOKENS, tokenizerConfig['model_max_length'], config['max_position_embeddings']),
        pooling:
          (await readJson(join(folder, '1_Pooling/config.json')))['pooling_mode_cls_token'] === true ? 'cls' : 'mean',
        prefixes: { text: textPrefix, query: queryPrefix },
      })
    } catch (cause) {
      throw new CoreError('Offline', `the model in ${folder} cannot be loaded: ${errorMessage(cause)}`, { cause })
    }
  }

  /** Embeds texts one after another. Running them in parallel takes as long, and needs more memory. */
  async embed(texts: readonly string[], use: TextUse): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (const text of texts) vectors.push(await this.#embedOne(this.#prefixes[use] + text))
    return checked(vectors, texts.length)
  }

  async #embedOne(text: string): Promise<Float32Array> {
    const ids = this.#tokens(text)
    const { inputNames, outputNames } = this.#session
    const inputs: Record<string, unknown> = {}
    for (const name of inputNames) inputs[name] = this.#tensor(inputOf(name, ids))
    const outputs = await this.#session.run(inputs)
    const name =
      ['sentence_embedding', 'last_hidden_state'].find((each) => outputNames.includes(each)) ?? outputNames[0]!
    return normalise(this.#pool(outputs[name]!))
  }

  /** The tokens of a text, cut to the model's limit; the token that ends a text stays. */
  #tokens(text: string): number[] {
    const { ids } = this.#tokenizer.encode(text.toWellFormed())
    return ids.length <= this.#maxTokens ? ids : [...ids.slice(0, this.#maxTokens - 1), ids.at(-1)!]
  }

  #tensor(numbers: readonly number[]): unknown {
    return new this.#runtime.Tensor('int64', BigInt64Array.from(numbers, BigInt), [1, numbers.length])
  }

  /** Combines the vectors of the tokens into one, unless the model has done so itself. */
  #pool({ data, dims }: Output): Float32Array {
    const size = dims.at(-1) ?? 0
    const tokens = dims.length === 3 && this.#pooling === 'mean' ? dims[1]! : 1
    const sum = new Float32Array(size)
    for (let i = 0; i < tokens * size; i++) sum[i % size]! += data[i]!
    return sum
  }
}

function inputOf(name: string, ids: readonly number[]): readonly number[] {
  switch (name) {
    case 'input_ids':
      return ids
    case 'attention_mask':
      return ids.map(() => 1)
    case 'token_type_ids':
      return ids.map(() => 0)
    case 'position_ids':
      return ids.map((_, i) => i)
    default:
      throw new CoreError('Offline', `the model needs an input ${name}, so it is not a text model`)
  }
}

/** The smallest limit. Missing limits are ignored; some models state 10³⁰ to mean no limit. */
function smallest(most: number, ...others: unknown[]): number {
  return Math.min(most, ...others.filter((each): each is number => typeof each === 'number' && each > 1))
}

/** Reads settings beside a model; empty if the file is missing. */
async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  return JSON.parse(text) as Record<string, unknown>
}
