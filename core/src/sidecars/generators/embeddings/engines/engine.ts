import type { Engine } from '../../generator.ts'

/** Models may be made for questions to be put to them otherwise than texts. */
export type TextUse = 'text' | 'query'

/** Turns texts into vectors of one length each, their squares summing up to 1. */
export interface EmbeddingEngine extends Engine {
  /**
   * One vector for each text, in their order. Throws `Offline` where the engine itself is not there, or does not answer,
   * and any text would fail; `Corrupt` where its answer makes no sense.
   */
  embed(texts: readonly string[], use: TextUse, signal?: AbortSignal): Promise<Float32Array[]>
}
