import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import type { Heard, SpeechEngine } from './engines/engine.ts'
import { PLAIN_SETTINGS } from './test/plain-settings.ts'
import { installPretendWhisper, writePretendModel } from './test/pretend-whisper.ts'
import { joined, silence, tone, wavFile } from './test/sounds.ts'
import { SCRIPT } from './test/toy-script.ts'
import { parseTranscript } from '../../formats/transcript-sidecar.ts'
import { PLAIN_REQUEST } from '../../processes/test/plain-request.ts'
import { make } from './make.ts'
import { transcribe } from './transcribe-content.ts'

afterEach(() => vi.unstubAllEnvs())

function folder(): string {
  const temp = createTempDir('transcribe')
  onTestFinished(() => temp[Symbol.dispose]())
  return temp.path
}

/** Says of each piece how long it is, or what it is told to. */
function counting(
  maxPieceMs: number,
  answers: readonly Heard[] = [],
  workedMs: number | null = 0,
): SpeechEngine & { readonly languages: (string | null)[] } {
  const languages: (string | null)[] = []
  return {
    name: 'ear',
    version: '1',
    model: 'toy',
    maxPieceMs,
    languages,
    async listen(samples, { language }) {
      languages.push(language)
      const endMs = samples.length / 16
      const text = ` ${Math.round(endMs / 100) / 10} s `
      return answers[languages.length - 1] ?? { language: null, segments: [{ startMs: 0, endMs, text }], workedMs }
    },
    async [Symbol.asyncDispose]() {},
  }
}

const options = { language: null, budgetMs: 60_000 }
const places = (temp: string) => ({ folder: join(temp, 'work'), part: join(temp, 'parts/heard') })

test('each piece stands in the time of the recording', async () => {
  const temp = folder()
  const path = join(temp, 'a.wav')
  writeFileSync(path, wavFile(joined(silence(3), tone(2), silence(8), tone(1), silence(1))))
  const engine = counting(600_000)
  expect(await transcribe(path, engine, { ...options, ...places(temp) })).toEqual({
    engine: { name: 'ear', version: '1' },
    model: 'toy',
    language: null,
    durationMs: 15_000,
    segments: [
      { startMs: 2_700, endMs: 5_310, text: '2.6 s' },
      { startMs: 12_690, endMs: 15_000, text: '2.3 s' },
    ],
  })
  expect(existsSync(join(temp, 'work'))).toBe(false)
})

test('what an engine says beside the point is put right', async () => {
  const temp = folder()
  const path = join(temp, 'a.wav')
  writeFileSync(path, wavFile(joined(tone(2), silence(8), tone(2), silence(8), tone(4))))
  const heard = (language: string | null, ...segments: [number, number, string, number?][]): Heard => ({
    language,
    workedMs: 0,
    segments: segments.map(([startMs, endMs, text, confidence]) => ({
      startMs,
      endMs,
      text,
      ...(confidence !== undefined && { confidence }),
    })),
  })
  const engine = counting(600_000, [
    heard('de', [500, 1_000, 'zweitens', 0.5], [-100, 400, 'erstens', 1], [1_000, 1_100, '  ']),
    heard('en', [0, 99_000, 'and so on', 0.75], [1_500, 1_400, 'backwards']),
    heard(null, [0, 4_000, 'more']),
  ])
  const { language, segments, confidence } = await transcribe(path, engine, { ...options, ...places(temp) })
  expect(language).toBe('en')
  expect(segments).toEqual([
    { startMs: 0, endMs: 400, text: 'erstens', confidence: 1, language: 'de' },
    { startMs: 500, endMs: 1_000, text: 'zweitens', confidence: 0.5, language: 'de' },
    { startMs: 9_690, endMs: 12_300, text: 'and so on', confidence: 0.75 },
    { startMs: 11_190, endMs: 11_190, text: 'backwards' },
    { startMs: 19_680, endMs: 23_680, text: 'more' },
  ])
  expect(confidence).toBeCloseTo(0.7426, 3)
  expect(engine.languages).toEqual([null, null, null])
})

test('a silent recording is heard, and says nothing', async () => {
  const temp = folder()
  const path = join(temp, 'a.wav')
  writeFileSync(path, wavFile(silence(2)))
  const engine = counting(600_000)
  const transcript = await transcribe(path, engine, { ...options, language: 'de', ...places(temp) })
  expect(transcript).toMatchObject({ language: null, durationMs: 2_000, segments: [] })
  expect(engine.languages).toEqual([])
})

test('when an engine has worked for its time, what was heard is kept', async () => {
  const path = join(folder(), 'a.wav')
  writeFileSync(path, wavFile(tone(9)))
  const heardBy = async (workedMs: number | null, budgetMs: number) => {
    const { segments, truncated } = await transcribe(path, counting(2_000, [], workedMs), {
      ...options,
      budgetMs,
      ...places(folder()),
    })
    return [segments.length, truncated]
  }
  const [all] = await heardBy(0, 60_000)
  expect(all).toBeGreaterThan(3)
  expect(await heardBy(600, 1_000)).toEqual([2, true])
  // However long it takes by the clock: a busy machine shortens no transcript.
  expect(await heardBy(0, 0)).toEqual([all, undefined])
  // Of a server, only the clock is known.
  expect(await heardBy(null, 0)).toEqual([1, true])
})

test('an engine that fails leaves nothing behind', async () => {
  const temp = folder()
  const path = join(temp, 'a.wav')
  writeFileSync(path, wavFile(tone(2)))
  const engine = { ...counting(600_000), listen: () => Promise.reject(new Error('no')) }
  await expect(transcribe(path, engine, { ...options, ...places(temp) })).rejects.toThrow('no')
  expect(existsSync(join(temp, 'work'))).toBe(false)
})

test('what was heard before it was interrupted is not heard again', async () => {
  const temp = folder()
  const [path, { part }] = [join(temp, 'a.wav'), places(temp)]
  writeFileSync(path, wavFile(joined(tone(2), silence(8), tone(3), silence(8), tone(4), silence(8), tone(5))))
  const whole = await transcribe(path, counting(600_000), { ...options, ...places(folder()) })
  expect(whole.segments).toHaveLength(4)
  const interrupted = async () => {
    const engine = counting(600_000)
    const listen: SpeechEngine['listen'] = (samples, how) =>
      engine.languages.length === 2 ? Promise.reject(new Error('no more')) : engine.listen(samples, how)
    await expect(transcribe(path, { ...engine, listen }, { ...options, ...places(temp) })).rejects.toThrow('no more')
  }
  const goOn = async (engine = counting(600_000), language: string | null = null) => {
    const { segments } = await transcribe(path, engine, { ...options, language, ...places(temp) })
    expect(segments).toEqual(whole.segments)
    return engine.languages.length
  }
  await interrupted()
  // The process was ended while it wrote.
  appendFileSync(part, '\n{"version":1,"engine":{"na')
  expect(await goOn()).toBe(2)
  expect(await goOn()).toBe(0)
  expect(await goOn({ ...counting(600_000), model: 'another' })).toBe(4)
  expect(await goOn(counting(600_000), 'de')).toBe(4)
  // What it was heard of is not the same any more.
  const other = joined(tone(2), silence(8), tone(1))
  writeFileSync(path, wavFile(other))
  const engine = counting(600_000)
  const { segments } = await transcribe(path, engine, { ...options, language: 'de', ...places(temp) })
  expect([segments.length, engine.languages.length]).toEqual([2, 1])
})

const outputs = (temp: string) =>
  ['json', 'vtt'].map((format) => ({ variant: 'default', format, path: join(temp, `default.${format}`) }))

test.skipIf(process.platform === 'win32')(
  'both files are made of one hearing, of a name that is no text too',
  async () => {
    // However busy the machine is, the program answers in time.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
    const temp = folder()
    const model = join(temp, 'ggml-toy.bin')
    writePretendModel(model, SCRIPT)
    installPretendWhisper(temp)
    vi.stubEnv('PATH', temp)
    const source = Buffer.concat([Buffer.from(`${temp}/`), Buffer.from([0xff, 0x2e]), Buffer.from('wav')])
    writeFileSync(source, wavFile(tone(3)))
    const request = {
      ...PLAIN_REQUEST,
      source,
      content: { type: 'audio', mime: 'audio/wav', size: 1 } as const,
      settings: { ...PLAIN_SETTINGS, model },
      outputs: outputs(temp),
      part: join(temp, 'parts/heard'),
    }
    expect(await make(request)).toEqual({ engine: { name: 'whisper-cli', version: '9.9.9' } })
    expect(parseTranscript(readFileSync(join(temp, 'default.json'), 'utf8'))).toEqual({
      version: 1,
      engine: { name: 'whisper-cli', version: '9.9.9' },
      model: 'toy',
      language: 'en',
      durationMs: 3_000,
      confidence: 0.75,
      segments: [{ startMs: 0, endMs: 2_000, text: 'hello brave new world', confidence: 0.75 }],
    })
    expect(readFileSync(join(temp, 'default.vtt'), 'utf8')).toBe(
      'WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:02.000\nhello brave new world\n',
    )
    // It is removed when it is recorded that the outputs are there.
    expect(readdirSync(join(temp, 'parts'))).toEqual(['heard'])
  },
)

test.skipIf(!corpus)(`of real speech every moment is heard (${NO_CORPUS})`, async () => {
  const temp = folder()
  for (const name of ['jfk.wav', 'jfk.mp3']) {
    const path = join(corpus!, 'speech', name)
    const { segments, durationMs } = await transcribe(path, counting(4_000), { ...options, ...places(temp) })
    expect(durationMs / 1_000).toBeCloseTo(11, 1)
    expect(segments.length).toBeGreaterThanOrEqual(3)
    expect(segments[0]!.startMs).toBeLessThan(1_000)
    expect(segments.at(-1)!.endMs).toBeGreaterThan(10_000)
    // Nothing lies between two pieces where nobody made a pause of five seconds.
    for (const [i, { startMs }] of segments.slice(1).entries())
      expect(startMs - segments[i]!.endMs).toBeLessThanOrEqual(1)
  }
})
