import { expect, test, vi } from 'vitest'
import { Config } from '../src/config/schema.ts'
import { drawPage } from '../src/sidecars/generators/ocr/test/pictures.ts'
import { makeGenerators } from '../src/sidecars/index.ts'
import { createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const generators = makeGenerators(Config.parse({})).filter(({ kind }) => kind === 'ocr')

test('a page in a script that is not installed is noted, with the way to add its language', async () => {
  await using t = await createTestCore({ generators })
  // Only the embedded engine, which has English.
  vi.stubEnv('PATH', t.root)
  using _path = { [Symbol.dispose]: () => void vi.unstubAllEnvs() }
  const russian = [
    'Контора порта открывается в восемь часов утра,',
    'и каждое судно, прибывшее до полудня, должно быть',
    'внесено в реестр его собственным капитаном.',
    'Никто не может покинуть причал без бумаги.',
  ]
  const english = ['The harbour office opens at eight', 'and every vessel that arrives before', 'noon must be entered']
  const foreign = t.write('foreign.png', await drawPage(russian))
  const known = t.write('known.png', await drawPage(english))
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const noteOf = async (path: string) => {
    const [sidecar] = await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal))
    return { state: sidecar!.state, note: sidecar!.note }
  }
  expect(await noteOf(foreign)).toEqual({
    state: 'ready',
    note: 'page 1 could not be read well: not in English, or hard to make out. `spacedrive engine add ocr <code>` adds a language',
  })
  expect(await noteOf(known)).toEqual({ state: 'ready', note: null })
})
