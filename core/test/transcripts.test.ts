import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { SearchInput } from '../src/domain/index.ts'
import { findProgram } from '../src/util/find-program.ts'
import { startPretendServer } from '../src/sidecars/generators/transcript/test/pretend-server.ts'
import { joined, silence, tone, wavFile } from '../src/sidecars/generators/transcript/test/sounds.ts'
import { makeTranscripts } from '../src/sidecars/generators/transcript/index.ts'
import { PLAIN_SETTINGS } from '../src/sidecars/generators/transcript/test/plain-settings.ts'
import { parseTranscript } from '../src/sidecars/formats/transcript-sidecar.ts'
import { createTestCore } from '../testing/index.ts'
import { canMakeFilms, makeFilm } from '../testing/media/films.ts'

const ffmpeg = findProgram('ffmpeg')
const { signal } = new AbortController()

test('the words of a recording are found with their time, and can be shown as subtitles', async () => {
  await using server = await startPretendServer()
  const generators = [makeTranscripts({ ...PLAIN_SETTINGS, url: server.url })]
  await using t = await createTestCore({ generators })
  t.write('memo.wav', wavFile(joined(silence(4), tone(3))))
  t.write('copy of memo.wav', wavFile(joined(silence(4), tone(3))))
  t.write('notes.wav', 'no sound at all')
  await t.add({ mode: 'content' })
  await t.settle()
  const query = SearchInput.parse({ query: 'brave world', content: true, sort: 'name' })
  const { items } = await t.library.search.search(query, signal)
  expect(items.map(({ name }) => name)).toEqual(['copy of memo.wav', 'memo.wav'])
  expect(items[0]!.why).toMatchObject([
    { field: 'text', kind: 'transcript', page: null, snippet: 'hello brave new world', timeMs: 3_690 },
  ])
  // One content, one hearing.
  expect(server.asked.map(({ seconds }) => seconds)).toEqual([3.31])
  const [vtt] = await t.library.sidecars.requests.resolve(`sidecar://*/transcript/default.vtt`, 'local', signal)
  expect(readFileSync(vtt!.path!, 'utf8')).toContain('00:00:03.690 --> 00:00:05.690\nhello brave new world\n')
  const pending = await t.library.sidecars.views.pending({ state: 'failed', limit: 10 })
  expect(pending.map(({ path, error }) => [path?.split('/').at(-1), error?.code])).toEqual([
    ['notes.wav', expect.stringMatching('Corrupt|Unsupported')],
    ['notes.wav', expect.stringMatching('Corrupt|Unsupported')],
  ])
})

test.skipIf(!canMakeFilms())('the words of a film are found, from its sound track to the moment in it', async () => {
  await using server = await startPretendServer()
  const generators = [makeTranscripts({ ...PLAIN_SETTINGS, url: server.url })]
  await using t = await createTestCore({ generators })
  await makeFilm(t.path('holiday.mp4'), { seconds: 6, toneFrom: 3 })
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const query = SearchInput.parse({ query: 'brave', content: true, sort: 'name' })
  const { items } = await t.library.search.search(query, signal)
  expect(items.map(({ name, why }) => [name, why[0]])).toEqual([
    ['holiday.mp4', expect.objectContaining({ kind: 'transcript', snippet: 'hello brave new world' })],
  ])
  const [json] = await t.library.sidecars.requests.resolve('sidecar://*/transcript/default.json', 'local', signal)
  const transcript = parseTranscript(readFileSync(json!.path!, 'utf8'))
  expect(transcript?.segments.map(({ text }) => text)).toEqual(['hello brave new world'])
  // The silence at the beginning is not sent; the moment is that in the film.
  expect(server.asked).toHaveLength(1)
  expect(transcript!.segments[0]!.startMs).toBeGreaterThan(2_000)
  expect(transcript!.segments[0]!.startMs).toBeLessThan(3_500)
})

test('without an engine nothing is queued, and one line says what would help', async () => {
  const generators = [makeTranscripts(PLAIN_SETTINGS)]
  await using t = await createTestCore({ generators })
  t.write('memo.wav', wavFile(tone(1)))
  await t.add({ mode: 'content' })
  await t.settle()
  expect(await t.library.sidecars.views.pending({ state: null, limit: 10 })).toEqual([])
  const { checks } = await t.core.doctor(signal)
  const off = checks.filter(({ name }) => name === 'transcript of Test')
  expect(off).toMatchObject([{ state: 'ok', detail: expect.stringContaining('install whisper.cpp') }])
})

test.skipIf(!ffmpeg)('a film without sound says so (made by ffmpeg, which is not on PATH)', async () => {
  await using server = await startPretendServer()
  await using t = await createTestCore({ generators: [makeTranscripts({ ...PLAIN_SETTINGS, url: server.url })] })
  const source = ['-f', 'lavfi', '-i', 'testsrc=duration=1:size=64x64', '-c:v', 'libx264']
  execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', ...source, t.path('silent.mp4')])
  await t.add({ mode: 'content' })
  await t.settle()
  const [failed] = await t.library.sidecars.views.pending({ state: 'skipped', limit: 10 })
  expect(failed!.error).toEqual({ code: 'Unsupported', message: 'it has no sound' })
  expect(server.asked).toEqual([])
})

test('closing while an engine hangs ends it, and the recording is heard the next time', async () => {
  let answers = 0
  await using server = await startPretendServer((response, { seconds }) => {
    if (++answers === 1) return
    response.end(JSON.stringify({ text: `${seconds} s of it` }))
  })
  await using t = await createTestCore({ generators: [makeTranscripts({ ...PLAIN_SETTINGS, url: server.url })] })
  t.write('memo.wav', wavFile(tone(2)))
  await t.add({ mode: 'content' })
  await vi.waitFor(() => expect(answers).toBe(1))
  await t.restart()
  await t.settle()
  const [json] = await t.library.sidecars.requests.resolve('sidecar://*/transcript/default.json', 'local', signal)
  expect(readFileSync(json!.path!, 'utf8')).toContain('2 s of it')
})

test('a long recording goes on where closing has interrupted it', async () => {
  let answers = 0
  await using server = await startPretendServer((response, { seconds }) => {
    if (++answers === 2) return
    response.end(JSON.stringify({ text: `${seconds} s of it` }))
  })
  await using t = await createTestCore({ generators: [makeTranscripts({ ...PLAIN_SETTINGS, url: server.url })] })
  t.write('memo.wav', wavFile(joined(tone(2), silence(8), tone(3))))
  await t.add({ mode: 'content' })
  await vi.waitFor(() => expect(answers).toBe(2))
  const parts = join(t.library.path, 'sidecars', 'parts')
  const stale = join(parts, 'of a content that is gone')
  mkdirSync(stale, { recursive: true })
  utimesSync(stale, 0, 0)
  await t.restart()
  await t.settle()
  expect(server.asked.map(({ seconds }) => seconds)).toEqual([3.31, 3.31, 2.31])
  const [json] = await t.library.sidecars.requests.resolve('sidecar://*/transcript/default.json', 'local', signal)
  const { segments } = parseTranscript(readFileSync(json!.path!, 'utf8'))!
  expect(segments.map(({ text }) => text)).toEqual(['2.31 s of it', '3.31 s of it'])
  expect(readdirSync(parts)).toEqual([])
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  // What is half made goes with what it is of.
  writeFileSync(join(parts, `${json!.contentId}-transcript`), '')
  t.remove('memo.wav')
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  await t.library.sidecars.upkeep.cleanup({ dryRun: false }, signal)
  expect(readdirSync(parts)).toEqual([])
})
