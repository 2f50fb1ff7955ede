import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { isAlive } from '../../../../../testing/processes.ts'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { findSherpa, findWhisper } from '../choose-engine.ts'
import { PLAIN_SETTINGS } from '../test/plain-settings.ts'
import { installPretendWhisper, writePretendModel } from '../test/pretend-whisper.ts'
import { answerJson, answerScript, startPretendServer } from '../test/pretend-server.ts'
import { pcm, tone } from '../test/sounds.ts'
import { describeSpeechEngine } from '../test/speech-engine-suite.ts'
import { SCRIPT } from '../test/toy-script.ts'
import { writeToySherpa } from '../test/toy-sherpa.ts'
import { writeToyWhisper } from '../test/toy-whisper.ts'
import type { SpeechEngine } from './engine.ts'
import { languageCode } from './languages.ts'
import { EngineKeeper } from './open-engine.ts'
import { findSherpaModel } from './sherpa-model.ts'
import { SherpaOnnx } from './sherpa-onnx.ts'
import { endpointOf, SpeechServer } from './speech-server.ts'
import { openWhisper } from './whisper-program.ts'
import { passUntilSettled } from '../../../../../testing/pass-until-settled.ts'
import { until } from '../../../../../testing/until.ts'

afterEach(() => vi.unstubAllEnvs())

const whisper = findWhisper()
const sherpa = await findSherpa({ runtime: '' })

/** On a busy machine a program may take long to say its version. */
async function openInTime(program: string, model: string): Promise<SpeechEngine> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  return await openWhisper(program, model)
}

describeSpeechEngine('whisper-cli with a toy model', {
  skip: whisper ? null : 'whisper.cpp is not installed: there is no whisper-cli on PATH',
  open(folder) {
    const model = join(folder, 'ggml-toy.bin')
    writeToyWhisper(model, SCRIPT)
    return openInTime(whisper!, model)
  },
})

describeSpeechEngine('a program that takes and writes what whisper-cli does', {
  skip: process.platform === 'win32' ? 'it is a script' : null,
  open(folder) {
    const model = join(folder, 'ggml-toy.bin')
    writePretendModel(model, SCRIPT)
    return openInTime(installPretendWhisper(folder), model)
  },
})

describeSpeechEngine('sherpa-onnx with a toy model', {
  skip: sherpa ? null : 'sherpa-onnx-node has no build for this platform',
  async open(folder) {
    const place = join(folder, 'toy')
    writeToySherpa(place, SCRIPT)
    return new SherpaOnnx({ model: (await findSherpaModel(place))!, runtime: sherpa! })
  },
})

describeSpeechEngine('a server', {
  async open() {
    const server = await startPretendServer()
    const engine = new SpeechServer({ url: server.url, model: 'toy', key: null })
    return {
      name: engine.name,
      version: engine.version,
      model: engine.model,
      maxPieceMs: engine.maxPieceMs,
      listen: (samples, options) => engine.listen(samples, options),
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]()
        await server[Symbol.asyncDispose]()
      },
    }
  },
})

const WAIT = 'setInterval(() => {}, 1000); return'

test.skipIf(process.platform === 'win32').each([
  ['hangs', WAIT, 'Timeout', /^whisper-cli was not done after /],
  [
    'floods its error output',
    `setInterval(() => process.stderr.write('no!\\n'.repeat(1000)), 1); return`,
    'Timeout',
    /^whisper-cli was not done after /,
  ],
  [
    'prints without end',
    `const more = () => process.stdout.write('no!\\n'.repeat(10000), more); more(); return`,
    'Unavailable',
    /^whisper-cli prints without end$/,
  ],
  [
    'fails',
    `process.stderr.write('first\\nmodel is broken\\n'); process.exitCode = 3; return`,
    'Unavailable',
    /^whisper-cli ended with 3: model is broken$/,
  ],
  ['crashes', `process.kill(process.pid, 'SIGSEGV'); ${WAIT}`, 'Unavailable', /^whisper-cli was ended by SIGSEGV$/],
  ['writes nothing', 'return', 'Unavailable', /^whisper-cli could not use .*; check that the model file is complete$/],
])('a whisper-cli that %s is told by name, and does not live on', async (_, instead, code, message) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  using temp = createTempDir('whisper')
  const pidFile = join(temp.path, 'pid')
  const tellsWho = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); ${instead}`
  const model = join(temp.path, 'ggml-toy.bin')
  writePretendModel(model, SCRIPT)
  const engine = await openWhisper(installPretendWhisper(temp.path, tellsWho), model)
  expect(engine).toMatchObject({ name: 'whisper-cli', version: '9.9.9', model: 'toy' })
  const heard = engine.listen(pcm(tone(2)), { language: null, deadlineMs: 3_000, folder: temp.path })
  heard.catch(() => {})
  // Its time is over when it has begun, however long that takes.
  await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '')
  if (code === 'Timeout') await passUntilSettled(heard, 300)
  await expect(heard).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  const pid = Number(readFileSync(pidFile, 'utf8'))
  await until(() => !isAlive(pid))
})

test.skipIf(!sherpa)('a model that is damaged fails with its name, and takes nothing else along', async () => {
  using temp = createTempDir('sherpa')
  const folder = join(temp.path, 'broken')
  writeToySherpa(folder, SCRIPT)
  writeFileSync(join(folder, 'toy-decoder.onnx'), 'no model')
  await using engine = new SherpaOnnx({ model: (await findSherpaModel(folder))!, runtime: sherpa! })
  const heard = engine.listen(pcm(tone(2)), { language: null, deadlineMs: 60_000, folder: temp.path })
  await expect(heard).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringMatching(/^sherpa-onnx fails with broken: /),
  })
})

const asked = { language: null, deadlineMs: 120_000, folder: '/nowhere' } as const

test('a server is sent what its interface asks for, and its key', async () => {
  await using server = await startPretendServer()
  await using engine = new SpeechServer({ url: server.url, model: 'large', key: 'secret' })
  const heard = await engine.listen(pcm(tone(2.5)), { ...asked, language: 'de' })
  expect(heard).toEqual({
    language: 'en',
    workedMs: null,
    segments: [{ startMs: 0, endMs: 2_000, text: ' hello brave new world', confidence: Math.exp(-0.25) }],
  })
  expect(server.asked).toEqual([
    {
      path: '/v1/audio/transcriptions',
      authorization: 'Bearer secret',
      fields: {
        model: 'large',
        language: 'de',
        response_format: 'verbose_json',
        'timestamp_granularities[]': 'segment',
        temperature: '0',
      },
      seconds: 2.5,
    },
  ])
})

test('a server without segments is heard as a whole', async () => {
  await using server = await startPretendServer((response) => answerJson(response, 200, { text: 'hello there' }))
  await using engine = new SpeechServer({ url: server.url, model: 'm', key: null })
  expect(await engine.listen(pcm(tone(2)), asked)).toEqual({
    language: null,
    workedMs: null,
    segments: [{ startMs: 0, endMs: 2_000, text: 'hello there' }],
  })
})

test.each([
  [
    'refuses the key',
    401,
    { error: { message: 'Incorrect key: secret.\nMore.' } },
    'answers 401: Incorrect key: ….; transcript.keyVariable names the variable with its key',
  ],
  ['knows no such model', 404, { detail: 'no such model' }, 'answers 404: no such model'],
  ['is broken', 500, 'oh', 'answers 500'],
  ['is busy', 429, { error: 'too many requests' }, 'answers 429: too many requests'],
  ['is being started', 503, {}, 'answers 503'],
  ['is one of something else', 200, { error: 'no such endpoint' }, 'answers without a transcript'],
  ['sends elsewhere', 302, {}, 'answers 302'],
  ['says something else', 200, ['hello'], 'answers with invalid JSON'],
])('a server that %s is told by name, without its key', async (_, status, body, message) => {
  let elsewhere = 0
  await using other = await startPretendServer((response, each) => {
    elsewhere++
    answerScript(response, each)
  })
  await using server = await startPretendServer((response) => {
    if (status === 302) response.setHeader('location', `${other.url}/audio/transcriptions`)
    answerJson(response, status, body)
  })
  await using engine = new SpeechServer({ url: server.url, model: 'm', key: 'secret' })
  await expect(engine.listen(pcm(tone(1)), asked)).rejects.toMatchObject({
    code: [401, 404, 429, 503].includes(status) ? 'Offline' : 'Unavailable',
    message: `${engine.name} ${message}`,
  })
  expect(elsewhere).toBe(0)
})

test('a server that answers without end, hangs, hangs up or is not there', async () => {
  const outcome = async (url: string, deadlineMs = 120_000) => {
    await using engine = new SpeechServer({ url, model: 'm', key: null })
    const failure = await engine.listen(pcm(tone(1)), { ...asked, deadlineMs }).catch((err: unknown) => err)
    const { code, message } = failure as { code: string; message: string }
    return `${code} ${message.replace(engine.name, 'it')}`
  }
  {
    await using server = await startPretendServer((response) => {
      const more = (err?: Error | null) => void (err ?? response.write('x'.repeat(1_000_000), more))
      more()
    })
    expect(await outcome(server.url)).toBe('Unavailable it answers without end')
  }
  {
    await using server = await startPretendServer(() => {})
    expect(await outcome(server.url, 500)).toBe('Timeout it did not answer within 0.5 s')
  }
  {
    await using server = await startPretendServer((response) => void response.destroy())
    expect(await outcome(server.url)).toBe('Offline it cannot be reached: socket hang up')
  }
  expect(await outcome('http://127.0.0.1:1/v1')).toMatch(/^Offline it cannot be reached: connect ECONNREFUSED/)
})

test('an engine that is not there any more is told as such, whatever was there before', async () => {
  await using server = await startPretendServer()
  const keeper = new EngineKeeper()
  const there = { ...PLAIN_SETTINGS, url: server.url }
  const first = await keeper.get(there)
  expect(await keeper.get(there)).toBe(first)
  await expect(keeper.get(PLAIN_SETTINGS)).rejects.toMatchObject({ code: 'Offline' })
  await expect(keeper.get(PLAIN_SETTINGS)).rejects.toMatchObject({ code: 'Offline' })
  expect(await keeper.get(there)).not.toBe(first)
})

test.each([
  ['http://localhost:8000/v1', 'http://localhost:8000/v1/audio/transcriptions'],
  ['http://localhost:8000/v1/', 'http://localhost:8000/v1/audio/transcriptions'],
  ['http://localhost:8000', 'http://localhost:8000/v1/audio/transcriptions'],
  ['https://a.example/openai/v1?version=2', 'https://a.example/openai/v1/audio/transcriptions?version=2'],
  ['http://localhost:8080/inference', 'http://localhost:8080/inference'],
  ['http://localhost/v1/audio/transcriptions', 'http://localhost/v1/audio/transcriptions'],
])('requests for %s go to %s', (url, endpoint) => expect(endpointOf(url).href).toBe(endpoint))

test.each([
  ['en', 'en'],
  ['english', 'en'],
  ['German', 'de'],
  ['haw', 'haw'],
  ['klingon', null],
  ['', null],
])('the language %j is %j', (given, code) => expect(languageCode(given)).toBe(code))
