import { detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'
import {
  chooseEngine,
  findSherpa,
  SHERPA_HOW,
  shownAddress,
  type TranscriptSettings,
  whyUnreachable,
} from './choose-engine.ts'

const job = 'transcripts'
const gives = 'transcripts of speech'

/** Why no transcripts can be made now, and the remedy; null if they can. */
export async function whyNoTranscripts(settings: TranscriptSettings): Promise<string | null> {
  const choice = await chooseEngine(settings)
  switch (choice.engine) {
    case null:
      return choice.why
    case 'server':
      return whyUnreachable(choice.url)
    case 'whisper-cli':
    case 'sherpa-onnx':
      return null
  }
}

/** Lists the engines. The chosen one is available if nothing is missing for it; the others say how to use them. */
export async function detectSpeechEngines(settings: TranscriptSettings): Promise<DetectedEngine[]> {
  const [choice, why, whisper, sherpa] = await Promise.all([
    chooseEngine(settings),
    whyNoTranscripts(settings),
    detectWhisper(),
    findSherpa(settings),
  ])
  const { model, url } = settings
  const isUsed = (engine: (typeof choice)['engine']) => choice.engine === engine && why === null
  return [
    {
      ...whisper,
      state: isUsed('whisper-cli') ? 'found' : 'missing',
      how:
        whisper.state === 'missing' || isUsed('whisper-cli')
          ? whisper.how
          : `${whisper.how}; ${unused(why, 'a file ggml-….bin')}`,
    },
    {
      job,
      gives,
      name: 'sherpa-onnx',
      version: sherpa?.version ?? null,
      state: isUsed('sherpa-onnx') ? 'found' : sherpa ? 'missing' : 'available',
      size: 33_500_000,
      licence: 'Apache-2.0',
      how: isUsed('sherpa-onnx') ? model : sherpa ? unused(why, 'the folder of a model') : SHERPA_HOW,
    },
    {
      job,
      gives,
      name: 'OpenAI-compatible server',
      version: null,
      state: isUsed('server') ? 'found' : 'missing',
      size: null,
      licence: 'the server’s own',
      how: isUsed('server')
        ? shownAddress(url)
        : url === ''
          ? '`spacedrive config set transcript.url http://localhost:8000/v1`'
          : unused(why, null),
    },
  ]
}

/** The setting that an installed engine needs. */
function unused(why: string | null, model: string | null): string {
  if (why === null) return 'another is used'
  return model === null ? why : `\`spacedrive config set transcript.model <path>\`, where <path> is ${model}`
}

function detectWhisper(): Promise<DetectedEngine> {
  const how =
    'install whisper.cpp: brew install whisper-cpp, or build it; then `spacedrive config set transcript.model <ggml-….bin>`'
  return detectProgram({
    job,
    gives,
    licence: 'MIT',
    size: 3_000_000,
    name: 'whisper-cli',
    program: 'whisper-cli',
    args: ['--version'],
    how,
  })
}
