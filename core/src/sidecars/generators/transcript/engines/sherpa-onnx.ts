import { basename, dirname } from 'node:path'
import { CoreError } from '../../../../util/errors.ts'
import { ProcessPool } from '../../../../workers/index.ts'
import type { FoundPackage } from '../../find-package.ts'
import { SAMPLE_RATE } from '../limits.ts'
import type { Heard, HeardSegment, ListenOptions, SpeechEngine } from './engine.ts'
import { languageCode } from './languages.ts'
import type { SherpaModel } from './sherpa-model.ts'
import type { SherpaReply, SherpaRequest } from './sherpa-process.ts'

/** sherpa-onnx transcribes half a minute at once and ignores the rest. */
const MAX_PIECE_MS = 28_000
const MEMORY_MIB = 3_000

export interface SherpaOptions {
  readonly model: SherpaModel
  readonly runtime: FoundPackage
}

/** Runs sherpa-onnx in a separate process, because an invalid model crashes the process. */
export class SherpaOnnx implements SpeechEngine {
  readonly name = 'sherpa-onnx'
  readonly version: string
  readonly model: string
  readonly maxPieceMs = MAX_PIECE_MS
  readonly #options: SherpaOptions
  readonly #pool = new ProcessPool<SherpaRequest, SherpaReply>({
    name: 'sherpa-onnx',
    entry: new URL('sherpa-process.ts', import.meta.url),
    processes: 1,
    memoryMiB: MEMORY_MIB,
    box: null,
  })

  constructor(options: SherpaOptions) {
    this.#options = options
    this.version = options.runtime.version
    this.model = basename(dirname(options.model.encoder))
  }

  async listen(samples: Int16Array, { deadlineMs, language }: ListenOptions): Promise<Heard> {
    const { model, runtime } = this.#options
    try {
      const heard = await this.#pool.run(
        { runtime: runtime.file, model, language: language ?? '', samples },
        { deadlineMs },
      )
      return {
        language: heard.lang ? languageCode(heard.lang) : null,
        segments: segmentsOf(heard, samples.length),
        workedMs: heard.workedMs,
      }
    } catch (err) {
      // The sound was decoded before, so the cause of the failure is the model.
      if (!(err instanceof CoreError) || (err.code !== 'Corrupt' && err.code !== 'Unavailable')) throw err
      throw new CoreError('Unavailable', `sherpa-onnx fails with ${this.model}: ${err.message}`, { cause: err })
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]()
  }
}

function segmentsOf(heard: SherpaReply, samples: number): HeardSegment[] {
  const { segment_timestamps: starts, segment_durations: durations, segment_texts: texts } = heard
  if (!texts || texts.length === 0) return [{ startMs: 0, endMs: (samples * 1_000) / SAMPLE_RATE, text: heard.text }]
  return texts.map((text, i) => {
    const startMs = millisecondsAt(starts, i)
    return { startMs, endMs: startMs + millisecondsAt(durations, i), text }
  })
}

/** 0 if the list has no number at this index. */
function millisecondsAt(seconds: readonly number[] | undefined, at: number): number {
  return (seconds?.[at] || 0) * 1_000
}
