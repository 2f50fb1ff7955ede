import { CoreError } from '../../../../util/errors.ts'
import { type EmbeddingSettings, engineKind, whyNoEngine } from '../settings.ts'
import type { EmbeddingEngine } from './engine.ts'

/** Opens the configured engine. Throws `Offline` if it is missing. */
export async function openEngine(settings: EmbeddingSettings): Promise<EmbeddingEngine> {
  const why = await whyNoEngine(settings)
  if (why !== null) throw new CoreError('Offline', why)
  const kind = engineKind(settings)
  if (kind === 'server') {
    const { ServerEngine } = await import('./server-engine.ts')
    return new ServerEngine(settings)
  }
  if (kind === 'folder') {
    const { OnnxEngine } = await import('./onnx-engine.ts')
    return OnnxEngine.open(settings)
  }
  const { BuiltInEngine } = await import('./built-in-engine.ts')
  return BuiltInEngine.open()
}

/** Keeps the engine of the last settings open, because a model takes seconds to load. */
export class EngineKeeper {
  #of = ''
  #engine: Promise<EmbeddingEngine> | null = null

  get(settings: EmbeddingSettings): Promise<EmbeddingEngine> {
    const of = JSON.stringify(settings)
    if (this.#engine && this.#of === of) return this.#engine
    this.#of = of
    const engine = openEngine(settings)
    this.#engine = engine
    // After a failure, the next call tries again, because the engine may be available then.
    engine.catch(() => {
      if (this.#engine === engine) this.#engine = null
    })
    return engine
  }
}
