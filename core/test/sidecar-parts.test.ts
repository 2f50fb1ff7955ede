import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { SearchInput } from '../src/domain/index.ts'
import { formatTextSidecar } from '../src/sidecars/formats/text-sidecar.ts'
import { sidecarPath } from '../src/sidecars/files/paths.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { inParts } from './generator-in-parts/index.ts'
import { unboxed } from './troubled-generator/index.ts'

const { signal } = new AbortController()

interface Parts extends TestCore {
  readonly path: (name: string) => string
  /** Lets the generator read the other pages. */
  go(): void
  /** What the generator has begun. */
  begun(): string[]
  text(): Promise<{ state: string; words: string[]; unfinished: boolean }>
  /** The names of files with these words in their text. */
  withWords(query: string): Promise<string[]>
}

async function createParts(...words: readonly string[]): Promise<Parts> {
  const t = await createTestCore({ generators: [inParts], decoderBox: unboxed })
  const log = join(t.dataDir, '..', 'scan.log')
  const path = t.write('scan.txt', [log, ...words].join(' '))
  const contentId = () => t.library.files.contentOf(path, signal)
  return Object.assign(t, {
    go: () => writeFileSync(`${log}.go`, ''),
    begun: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    async text() {
      const [sidecar] = await t.library.sidecars.views.list(await contentId())
      const { parts, unfinished } = await t.library.sidecars.views.text(await contentId(), { characters: 100 }, signal)
      return { state: sidecar!.state, words: parts.map(({ text }) => text), unfinished }
    },
    async withWords(query: string) {
      const { items } = await t.library.search.search(SearchInput.parse({ query, content: true }))
      return items.map(({ name }) => name)
    },
  })
}

test('the first page is found and shown while the others are being read, and the text is not called complete', async () => {
  await using t = await createParts('lantern', 'harbour')
  const states: string[] = []
  using _heard = t.core.events.subscribe((event) => {
    if (event.type === 'sidecars.changed') states.push(event.data.state)
  })
  await t.add({ mode: 'content', watch: false })
  await vi.waitFor(() => expect(t.begun()).toEqual(['first', 'others']))
  expect(await t.text()).toEqual({ state: 'generating', words: ['lantern'], unfinished: true })
  await vi.waitFor(async () => expect(await t.withWords('lantern')).toEqual(['scan.txt']))
  expect(await t.withWords('harbour')).toEqual([])
  expect(await t.library.sidecars.views.pending({ state: 'pending', limit: 10 })).toHaveLength(1)
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  t.go()
  await t.settle()
  expect(await t.text()).toEqual({ state: 'ready', words: ['lantern', 'harbour'], unfinished: false })
  expect(await t.withWords('harbour')).toEqual(['scan.txt'])
  expect(states.slice(-2)).toEqual(['generating', 'ready'])
})

test('a text whose making was interrupted keeps its first page, and goes on after it', async () => {
  await using t = await createParts('lantern', 'harbour')
  await t.add({ mode: 'content', watch: false })
  await vi.waitFor(() => expect(t.begun()).toEqual(['first', 'others']))
  await t.restart()
  expect(await t.text()).toMatchObject({ words: ['lantern'], unfinished: true })
  expect(await t.withWords('lantern')).toEqual(['scan.txt'])
  await vi.waitFor(() => expect(t.begun()).toEqual(['first', 'others', 'others']))
  expect(await t.text()).toMatchObject({ state: 'generating', words: ['lantern'] })
  t.go()
  await t.settle()
  expect(await t.text()).toEqual({ state: 'ready', words: ['lantern', 'harbour'], unfinished: false })
})

test('an unfinished text that a killed run left in its place is not taken for the whole', async () => {
  await using t = await createParts('lantern', 'harbour')
  await t.add({ mode: 'content', watch: false, policy: { ocr: 'off' } })
  const contentId = await t.library.files.contentOf(t.path('scan.txt'), signal)
  const root = join(t.library.path, 'sidecars')
  const file = sidecarPath(root, { contentId, kind: 'ocr', variant: 'default', format: 'json' })
  mkdirSync(dirname(file), { recursive: true })
  const page = { page: 1, text: 'lantern', source: 'ocr' } as const
  const engine = { name: 'in-parts', version: '1' }
  writeFileSync(file, formatTextSidecar({ engine, languages: ['eng'], pages: [page], unfinished: true }))
  t.go()
  await t.library.sidecars.requests.resolve(`sidecar://${contentId}/ocr/default.json`, 'generate', signal)
  expect(await t.text()).toEqual({ state: 'ready', words: ['lantern', 'harbour'], unfinished: false })
})

test('a generator that never finishes is stopped, and the sidecar fails', async () => {
  await using t = await createParts('lantern', 'endless')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(t.path('scan.txt'), signal)
  const [sidecar] = await t.library.sidecars.views.list(contentId)
  expect(sidecar).toMatchObject({
    state: 'failed',
    error: { code: 'Corrupt', message: 'it was not finished in 32 parts' },
  })
})
