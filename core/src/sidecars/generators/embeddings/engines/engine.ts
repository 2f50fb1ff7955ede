import type { Engine } from '../../generator.ts'

/** The use of a text, because some models need different prefixes for texts and for queries. */
export type TextUse = 'text' | 'query'

/** Turns texts into vectors of the same number of dimensions, each with length 1. */
export interface EmbeddingEngine extends Engine {
  /**
   * One vector for each text, in order. Throws `Offline` if the engine is missing or does not reply, so that any text
   * would fail, and `Corrupt` if its reply is invalid.
   */
  embed(texts: readonly string[], use: TextUse, signal?: AbortSignal): Promise<Float32Array[]>
}
