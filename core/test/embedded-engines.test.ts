import { afterAll, beforeAll, expect, test } from 'vitest'
import { SearchInput } from '../src/domain/index.ts'
import { findProgram } from '../src/util/find-program.ts'
import { drawA4 } from '../src/sidecars/generators/ocr/test/pictures.ts'
import { createTempDir, createTestCore } from '../testing/index.ts'
import { canMakeFilms, makeFilm } from '../testing/media/films.ts'

const { signal } = new AbortController()
const { PATH } = process.env
const empty = createTempDir('no-programs')

beforeAll(() => {
  process.env['PATH'] = empty.path
})
afterAll(() => {
  process.env['PATH'] = PATH
  empty[Symbol.dispose]()
})

test('without a single program on PATH, scans are read and films are seen by the engines that come along', async () => {
  expect(['tesseract', 'ffmpeg', 'exiftool', 'heif-convert'].map(findProgram)).toEqual([null, null, null, null])
  await using t = await createTestCore({ generators: undefined })
  await t.core.config.set('sidecars.thumbstrip', 'on')
  const scan = t.write('scan.png', await drawA4(['The lantern stands in the harbour', 'until the winter is over']))
  const film = t.path('film.mp4')
  if (canMakeFilms()) await makeFilm(film, { seconds: 2 })
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const madeOf = async (path: string) => {
    const rows = await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal))
    return rows.map(({ engine, kind, state }) => `${kind} ${state} ${engine?.name}`)
  }
  const ofScan = ['thumb ready sharp', 'ocr ready tesseract.js', 'embeddings ready universal-sentence-encoder-lite']
  expect(new Set(await madeOf(scan))).toEqual(new Set(ofScan))
  const seen = canMakeFilms() ? ['thumb ready node-webcodecs', 'thumbstrip ready node-webcodecs'] : []
  expect(new Set(seen.length > 0 ? await madeOf(film) : [])).toEqual(new Set(seen))
  const query = SearchInput.parse({ query: 'lantern harbour', content: true })
  expect((await t.library.search.search(query, signal)).items.map(({ name }) => name)).toEqual(['scan.png'])
  const meant = SearchInput.parse({ query: 'a light near the ships', content: true, semantic: true })
  expect((await t.library.search.search(meant, signal)).items.map(({ name }) => name)).toEqual(['scan.png'])
  expect(await t.library.sidecars.views.pending({ state: 'failed', limit: 10 })).toEqual([])
})
