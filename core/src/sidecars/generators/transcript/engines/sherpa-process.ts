import { createRequire } from 'node:module'
import { serveProcess } from '../../../../workers/serve-process.ts'
import { SAMPLE_RATE } from '../limits.ts'
import type { SherpaModel } from './sherpa-model.ts'

export interface SherpaRequest {
  /** The package's file to load. */
  readonly runtime: string
  readonly model: SherpaModel
  /** Code of the spoken language; empty if the model detects it. */
  readonly language: string
  readonly samples: Int16Array
}

/** The reply, with the processor time that the work took, in milliseconds, for each of the threads. */
export interface SherpaReply extends SherpaResult {
  readonly workedMs: number
}

/** The transcript. Equal indexes of the lists belong together; times are in seconds. */
interface SherpaResult {
  readonly text: string
  readonly lang?: string
  readonly segment_timestamps?: readonly number[]
  readonly segment_durations?: readonly number[]
  readonly segment_texts?: readonly string[]
}

/** The part of `sherpa-onnx-node` that is used here. The package is not installed with this program. */
interface Sherpa {
  readonly OfflineRecognizer: new (config: object) => Recognizer
}
interface Recognizer {
  createStream(): { acceptWaveform(sound: { samples: Float32Array; sampleRate: number }): void }
  decode(stream: object): void
  getResult(stream: object): SherpaResult
}

/** The encoder uses two threads; more do not help. */
const THREADS = 2

/** Kept as long as this process runs, because loading a model takes seconds. */
let loaded: { key: string; recognizer: Recognizer } | null = null

serveProcess<SherpaRequest, SherpaReply>(async (request) => {
  const before = process.cpuUsage()
  const recognizer = load(request)
  const stream = recognizer.createStream()
  stream.acceptWaveform({
    samples: Float32Array.from(request.samples, (value) => value / 32_768),
    sampleRate: SAMPLE_RATE,
  })
  recognizer.decode(stream)
  const { system, user } = process.cpuUsage(before)
  return { ...recognizer.getResult(stream), workedMs: (system + user) / 1_000 / THREADS }
})

function load({ runtime, model, language }: SherpaRequest): Recognizer {
  const key = JSON.stringify([runtime, model, language])
  if (loaded?.key === key) return loaded.recognizer
  const { OfflineRecognizer } = createRequire(import.meta.url)(runtime) as Sherpa
  const { encoder, decoder, tokens } = model
  const recognizer = new OfflineRecognizer({
    featConfig: { sampleRate: SAMPLE_RATE, featureDim: 80 },
    modelConfig: {
      whisper: { encoder, decoder, language, task: 'transcribe', tailPaddings: -1, enableSegmentTimestamps: 1 },
      tokens,
      numThreads: THREADS,
      provider: 'cpu',
      debug: 0,
    },
  })
  loaded = { key, recognizer }
  return recognizer
}
