import { CoreError } from '../../../../util/errors.ts'
import { chooseEngine, type TranscriptSettings } from '../choose-engine.ts'
import type { SpeechEngine } from './engine.ts'

/** Opens the configured engine. Throws `Offline` if it is missing. */
export async function openEngine(settings: TranscriptSettings): Promise<SpeechEngine> {
  const choice = await chooseEngine(settings)
  switch (choice.engine) {
    case 'whisper-cli': {
      const { openWhisper } = await import('./whisper-program.ts')
      return openWhisper(choice.program, choice.model)
    }
    case 'sherpa-onnx': {
      const { SherpaOnnx } = await import('./sherpa-onnx.ts')
      return new SherpaOnnx(choice)
    }
    case 'server': {
      const { SpeechServer } = await import('./speech-server.ts')
      return new SpeechServer(choice)
    }
    case null:
      throw new CoreError('Offline', choice.why)
  }
}

/** Keeps the engine of the last settings open: a model takes seconds to load. */
export class EngineKeeper {
  #of = ''
  #engine: Promise<SpeechEngine> | null = null

  async get(settings: TranscriptSettings): Promise<SpeechEngine> {
    const of = JSON.stringify(settings)
    if (this.#engine && this.#of === of) return this.#engine
    const before = this.#engine
    const engine = openEngine(settings)
    this.#of = of
    this.#engine = engine
    // After a failure, the next call tries again, because the engine may be available then.
    engine.catch(() => {
      if (this.#engine === engine) this.#engine = null
    })
    await (await before?.catch(() => null))?.[Symbol.asyncDispose]()
    return engine
  }
}
