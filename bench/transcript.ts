import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findSherpa, findWhisper } from '../core/src/sidecars/generators/transcript/choose-engine.ts'
import type { SpeechEngine } from '../core/src/sidecars/generators/transcript/engines/engine.ts'
import { findSherpaModel } from '../core/src/sidecars/generators/transcript/engines/sherpa-model.ts'
import { SherpaOnnx } from '../core/src/sidecars/generators/transcript/engines/sherpa-onnx.ts'
import { openWhisper } from '../core/src/sidecars/generators/transcript/engines/whisper-program.ts'
import { pcm, wavFile } from '../core/src/sidecars/generators/transcript/test/sounds.ts'
import { writeToySherpa } from '../core/src/sidecars/generators/transcript/test/toy-sherpa.ts'
import { BASE, type ToySize, writeToyWhisper } from '../core/src/sidecars/generators/transcript/test/toy-whisper.ts'
import { transcribe } from '../core/src/sidecars/generators/transcript/transcribe-content.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'

const SECONDS = 60
const RATE = 16_000
/** As much as a person says in half a minute, which is what Whisper hears at once. */
const WORDS = Array.from({ length: 60 }, (_, i) => `word${i}`)
const SCRIPT = { words: WORDS, endSeconds: 28 }
const BUDGET_MS = 600_000

const WHISPER = 'whisper-cli'
const SHERPA = 'sherpa-onnx'
/** 0.95 of the speed of the engine alone. */
const NEARLY_ALL = 1 / 0.95

export const transcript = defineBenchmark({
  name: 'transcript',
  title: 'a minute of speech into text',
  runs: 3,
  figures: [
    {
      id: 'base',
      what: 'whisper.cpp, a model as large as base',
      unit: 'ms',
      goal: { atMost: NEARLY_ALL, ratioTo: WHISPER },
    },
    { id: 'part', what: 'the same, of the length of the recording', unit: '%', goal: { atMost: 100 } },
    {
      id: 'sherpaBase',
      what: 'sherpa-onnx, an encoder as large as that of base',
      unit: 'ms',
      goal: { atMost: NEARLY_ALL, ratioTo: SHERPA },
    },
    { id: 'sherpaPart', what: 'the same, of the length of the recording', unit: '%', goal: { atMost: 100 } },
    {
      id: 'sherpa',
      what: 'sherpa-onnx, a model 60 times as fast as speech',
      unit: 'ms',
      goal: { atMost: NEARLY_ALL, ratioTo: SHERPA },
    },
  ],
  remarks: [
    'The weights are made up: what it takes to hear with a model depends on its size alone. The sound is noise as loud and as quiet by turns as speech is.',
    'The engine alone is given the sound as it wants it; ours reads it from a file of 48 kHz in two channels, which `ffmpeg` or a process of its own decodes, and writes the transcript. sherpa-onnx hears half a minute at once and is given pieces of that length; it is measured with its model loaded.',
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('transcript')
    const [speech, ready] = [join(dir, 'speech.wav'), join(dir, 'ready.wav')]
    writeFileSync(speech, wavFile(babble(48_000), { rate: 48_000, channels: 2 }))
    writeFileSync(ready, wavFile(babble(RATE)))
    const model = join(dir, 'ggml-base.bin')
    writeToyWhisper(model, SCRIPT, BASE)
    const program = findWhisper()
    const whisper = program && (await openWhisper(program, model))
    const runtime = await findSherpa({ runtime: '' })
    const openSherpa = async (name: string, size?: ToySize) => {
      if (!runtime) return null
      writeToySherpa(join(dir, name), SCRIPT, size)
      return parts.use(new SherpaOnnx({ model: (await findSherpaModel(join(dir, name)))!, runtime }))
    }
    const sherpa = await openSherpa('sherpa')
    const sherpaBase = await openSherpa('sherpa-base', BASE)
    const time = async (engine: SpeechEngine) => {
      const begun = performance.now()
      const { segments } = await transcribe(speech, engine, {
        language: 'en',
        budgetMs: BUDGET_MS,
        folder: join(dir, 'work'),
        part: join(dir, 'part'),
      })
      rmSync(join(dir, 'part'))
      if (segments.length === 0) throw new Error(`${engine.name} heard nothing`)
      return performance.now() - begun
    }
    // The models are loaded.
    if (sherpa) await time(sherpa)
    if (sherpaBase) await time(sherpaBase)
    return [
      {
        name: OURS,
        async measure() {
          const base = whisper && (await time(whisper))
          return {
            ...(base && { base, part: base / (SECONDS * 10) }),
            ...(sherpa && { sherpa: await time(sherpa) }),
            ...(sherpaBase && withPart(await time(sherpaBase))),
          }
        },
      },
      {
        name: WHISPER,
        program: WHISPER,
        measure: async () => {
          const output = join(dir, 'alone')
          const args = [
            '--model',
            model,
            '--language',
            'en',
            '--output-json-full',
            '--output-file',
            output,
            '--no-prints',
          ]
          const base = (await timeProgram(WHISPER, [...args, '--file', ready])) * 1_000
          return { base, part: base / (SECONDS * 10) }
        },
      },
      ...(sherpa && sherpaBase
        ? [
            {
              name: SHERPA,
              measure: async () => ({
                sherpa: await alone(sherpa, dir),
                ...withPart(await alone(sherpaBase, dir)),
              }),
            },
          ]
        : []),
    ]
  },
})

function withPart(sherpaBase: number) {
  return { sherpaBase, sherpaPart: sherpaBase / (SECONDS * 10) }
}

/** Milliseconds of the engine on pieces of the length it hears at once. */
async function alone(engine: SpeechEngine, dir: string): Promise<number> {
  const sound = pcm(babble(RATE))
  const step = (engine.maxPieceMs / 1_000) * RATE
  const begun = performance.now()
  for (let at = 0; at < sound.length; at += step)
    await engine.listen(sound.slice(at, at + step), { language: 'en', deadlineMs: BUDGET_MS, folder: dir })
  return performance.now() - begun
}

/** Noise in words and pauses; the same each time. */
function babble(rate: number): Float32Array {
  let seed = 7
  return Float32Array.from({ length: SECONDS * rate }, (_, i) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    const loudness = 0.25 * Math.max(0, Math.sin((2 * Math.PI * 2.5 * i) / rate)) + 0.005
    return loudness * (seed / 2 ** 31 - 1)
  })
}
