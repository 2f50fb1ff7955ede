import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { chooseEngine, findSherpa, type TranscriptSettings } from './choose-engine.ts'
import { detectSpeechEngines, whyNoTranscripts } from './detect.ts'
import { PLAIN_SETTINGS } from './test/plain-settings.ts'
import { installPretendWhisper, writePretendModel } from './test/pretend-whisper.ts'
import { startPretendServer } from './test/pretend-server.ts'
import { SCRIPT } from './test/toy-script.ts'
import { writeToySherpa } from './test/toy-sherpa.ts'

afterEach(() => vi.unstubAllEnvs())

function settings(of: Partial<TranscriptSettings> = {}): TranscriptSettings {
  return { ...PLAIN_SETTINGS, ...of }
}

const sherpa = await findSherpa({ runtime: '' })

test('without anything set there is no engine, and one line says what to do', async () => {
  vi.stubEnv('PATH', '/nowhere')
  expect(await whyNoTranscripts(settings())).toBe(
    'no engine for transcripts is set: install whisper.cpp and set transcript.model to a model of it, or set transcript.url: `spacedrive config set transcript.url http://localhost:8000/v1`',
  )
  expect(await detectSpeechEngines(settings())).toMatchObject([
    { name: 'whisper-cli', state: 'missing', how: expect.stringContaining('install whisper.cpp') },
    { name: 'sherpa-onnx', state: expect.stringMatching(/^(available|missing)$/) },
    { name: 'OpenAI-compatible server', state: 'missing', how: expect.stringContaining('transcript.url') },
  ])
})

test.skipIf(process.platform === 'win32')('a model of whisper.cpp wants its program, and is looked at', async () => {
  using temp = createTempDir('choose')
  vi.stubEnv('PATH', '/nowhere')
  const model = join(temp.path, 'ggml-base.bin')
  const of = settings({ model })
  expect(await whyNoTranscripts(of)).toBe(`there is no file ${model}, which transcript.model names`)
  writeFileSync(model, 'GGUF or whatever')
  expect(await whyNoTranscripts(of)).toBe(`${model}, which transcript.model names, is no model of whisper.cpp`)
  writePretendModel(model, SCRIPT)
  expect(await whyNoTranscripts(of)).toBe(
    'there is no whisper-cli on PATH, which transcript.model is for: install whisper.cpp',
  )
  const program = installPretendWhisper(temp.path)
  vi.stubEnv('PATH', temp.path)
  expect(await chooseEngine(of)).toEqual({ engine: 'whisper-cli', program, model })
  expect(await whyNoTranscripts(of)).toBeNull()
  const [whisper] = await detectSpeechEngines(of)
  expect(whisper).toMatchObject({ state: 'found', version: '9.9.9', how: program })
  const [unset] = await detectSpeechEngines(settings())
  const advice = '`spacedrive config set transcript.model <path>`, where <path> is a file ggml-….bin'
  expect(unset).toMatchObject({ state: 'missing', how: `${program}; ${advice}` })
})

test.skipIf(!sherpa)('a folder is a model of sherpa-onnx, where it is one', async () => {
  using temp = createTempDir('choose')
  const model = join(temp.path, 'tiny')
  mkdirSync(model)
  expect(await whyNoTranscripts(settings({ model }))).toBe(
    `${model} is no folder with a Whisper model of sherpa-onnx: an encoder, a decoder and tokens.txt`,
  )
  writeToySherpa(model, SCRIPT)
  const files = { encoder: 'toy-encoder.onnx', decoder: 'toy-decoder.onnx', tokens: 'toy-tokens.txt' }
  expect(await chooseEngine(settings({ model }))).toEqual({
    engine: 'sherpa-onnx',
    model: Object.fromEntries(Object.entries(files).map(([part, name]) => [part, join(model, name)])),
    runtime: sherpa,
  })
  expect(await whyNoTranscripts(settings({ model, runtime: temp.path }))).toMatch(
    /^sherpa-onnx-node is not installed: `spacedrive engine add transcripts sherpa-onnx`/,
  )
})

test('a server must be an address, be there, and have its key', async () => {
  const { url } = await (async () => {
    await using server = await startPretendServer()
    expect(await whyNoTranscripts(settings({ url: server.url }))).toBeNull()
    expect(server.asked).toEqual([])
    vi.stubEnv('SPEECH_KEY', 'secret')
    const of = settings({ url: server.url, serverModel: 'large', keyVariable: 'SPEECH_KEY' })
    expect(await chooseEngine(of)).toEqual({ engine: 'server', url: server.url, model: 'large', key: 'secret' })
    vi.stubEnv('SPEECH_KEY', '')
    expect(await whyNoTranscripts(of)).toBe(
      'the environment variable SPEECH_KEY, which transcript.keyVariable names, is empty where the daemon runs',
    )
    return server
  })()
  expect(await whyNoTranscripts(settings({ url }))).toBe(
    `${url}, which transcript.url names, cannot be reached: ECONNREFUSED`,
  )
  for (const wrong of ['localhost', 'ftp://a/b'])
    expect(await whyNoTranscripts(settings({ url: wrong }))).toBe(
      `transcript.url is no address: ${wrong}; it looks like http://localhost:8000/v1`,
    )
})

test('what may be a key is in no message', async () => {
  const url = 'http://127.0.0.1:1/v1?key=secret'
  expect(await whyNoTranscripts(settings({ url }))).toMatch(
    /^http:\/\/127\.0\.0\.1:1\/v1, which transcript\.url names, cannot/,
  )
  const named = await whyNoTranscripts(settings({ url: 'http://ann:secret@127.0.0.1:1/v1' }))
  expect(named).toMatch(/^transcript\.url holds a name or a password/)
  await using server = await startPretendServer()
  const used = await detectSpeechEngines(settings({ url: `${server.url}?key=secret` }))
  expect(used.at(-1)).toMatchObject({ state: 'found', how: server.url })
  vi.stubEnv('SPEECH_KEY', 'secret\nsecret')
  const odd = await whyNoTranscripts(settings({ url: server.url, keyVariable: 'SPEECH_KEY' }))
  expect(odd).toMatch(/^the environment variable SPEECH_KEY, .* holds something that is no key/)
  expect(JSON.stringify([named, odd, used])).not.toContain('secret')
})

test('an engine that is named is taken, or none', async () => {
  const of = { url: 'http://localhost:1/v1', model: '/nowhere/ggml.bin' }
  expect(await chooseEngine(settings(of))).toMatchObject({ engine: null, why: expect.stringContaining('/nowhere') })
  expect(await chooseEngine(settings({ ...of, engine: 'server' }))).toMatchObject({ engine: 'server' })
  expect(await chooseEngine(settings({ ...of, engine: 'sherpa-onnx' }))).toMatchObject({
    why: expect.stringContaining('no folder with a Whisper model'),
  })
})
