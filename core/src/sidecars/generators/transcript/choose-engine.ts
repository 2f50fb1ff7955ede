import { open, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Config } from '../../../config/index.ts'
import { findPackage, type FoundPackage } from '../find-package.ts'
import { findProgram } from '../../../util/find-program.ts'
import { serverKey, whyNoServer } from '../server-settings.ts'
import { findSherpaModel, type SherpaModel } from './engines/sherpa-model.ts'

export type TranscriptSettings = Config['transcript']

/** An engine that is ready for use, with its files; or one line that says why there is none, and the remedy. */
export type EngineChoice =
  | { readonly engine: 'whisper-cli'; readonly program: string; readonly model: string }
  | { readonly engine: 'sherpa-onnx'; readonly model: SherpaModel; readonly runtime: FoundPackage }
  | { readonly engine: 'server'; readonly url: string; readonly model: string; readonly key: string | null }
  | { readonly engine: null; readonly why: string }

/** The first number in a model file of whisper.cpp, little-endian. */
const GGML = 0x67676d6c

const GROUP = { group: 'transcript', example: 'http://localhost:8000/v1' } as const

const HOW = `install whisper.cpp and set transcript.model to a model of it, or set transcript.url: \`spacedrive config set transcript.url ${GROUP.example}\``

/**
 * Chooses an engine. Checks only the settings, files and PATH; loads no model, runs no program, and sends no request.
 */
export async function chooseEngine(settings: TranscriptSettings): Promise<EngineChoice> {
  const { engine, model, url } = settings
  switch (engine) {
    case 'whisper-cli':
      return chooseWhisper(settings)
    case 'sherpa-onnx':
      return chooseSherpa(settings)
    case 'server':
      return chooseServer(settings)
    case 'auto':
      if (model === '') return url === '' ? none(`no engine for transcripts is set: ${HOW}`) : chooseServer(settings)
      return (await isFolder(model)) ? chooseSherpa(settings) : chooseWhisper(settings)
  }
}

async function chooseWhisper({ model }: TranscriptSettings): Promise<EngineChoice> {
  const program = findWhisper()
  if (model === '') return none('transcript.model names no model of whisper.cpp, a file such as ggml-base.bin')
  const first = await firstNumber(model)
  if (first === null) return none(`there is no file ${model}, which transcript.model names`)
  if (first !== GGML) return none(`${model}, which transcript.model names, is no model of whisper.cpp`)
  if (!program) return none('there is no whisper-cli on PATH, which transcript.model is for: install whisper.cpp')
  return { engine: 'whisper-cli', program, model }
}

async function chooseSherpa(settings: TranscriptSettings): Promise<EngineChoice> {
  const { model: folder } = settings
  const model = folder === '' ? null : await findSherpaModel(folder)
  if (!model)
    return none(
      `${folder || 'transcript.model'} is no folder with a Whisper model of sherpa-onnx: an encoder, a decoder and tokens.txt`,
    )
  const runtime = await findSherpa(settings)
  return runtime ? { engine: 'sherpa-onnx', model, runtime } : none(`${PACKAGE} is not installed: ${SHERPA_HOW}`)
}

function chooseServer(settings: TranscriptSettings): EngineChoice {
  const { keyVariable, serverModel: model, url } = settings
  if (url === '') return none('transcript.url names no server')
  const why = whyNoServer(settings, GROUP)
  return why === null ? { engine: 'server', url, model, key: serverKey(keyVariable) } : none(why)
}

function none(why: string): EngineChoice {
  return { engine: null, why }
}

/** The path of whisper.cpp's program; null if it is not on PATH. */
export function findWhisper(): string | null {
  return findProgram('whisper-cli')
}

const PACKAGE = 'sherpa-onnx-node'

/** How to install the runtime for models of sherpa-onnx, which does not come with this program. */
export const SHERPA_HOW = '`spacedrive engine add transcripts sherpa-onnx`'

/**
 * Finds the runtime for models of sherpa-onnx, in the configured folder or beside this program; null if it is in
 * neither.
 */
export function findSherpa({ runtime }: Pick<TranscriptSettings, 'runtime'>): Promise<FoundPackage | null> {
  return findPackage(PACKAGE, runtime)
}

/** The time limit for a connection to a server. */
const CONNECT_MS = 2_000

/** An address for display, without its query, which may contain a key. */
export function shownAddress(url: string): string {
  return url.split('?')[0]!
}

/** Why a server cannot be reached now; null if it can. Connects to it, but sends nothing. */
export async function whyUnreachable(url: string): Promise<string | null> {
  const { hostname, port, protocol } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const where = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) }
  const socket = connect(where, () => resolve(null))
  const no = (why: string) => resolve(`${shownAddress(url)}, which transcript.url names, cannot be reached: ${why}`)
  socket.setTimeout(CONNECT_MS, () => no('it does not answer'))
  socket.on('error', (err: NodeJS.ErrnoException) => no(err.code ?? err.message))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** The first four bytes of a file as a number; null if the file cannot be read. */
async function firstNumber(path: string): Promise<number | null> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 ? buffer.readUInt32LE(0) : 0
  } catch {
    return null
  }
}
