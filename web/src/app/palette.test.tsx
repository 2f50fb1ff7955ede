// @vitest-environment happy-dom
import { openPage, type TestPage } from '../../testing/page.tsx'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { FakeFiles } from '../../testing/fake-files.ts'
import { aFile, aFolder, aLocation, aResult } from '../../testing/things.ts'
import { useRecentPlaces } from './recent-places.ts'

const files = new FakeFiles(aFolder('/p/box', { childCount: 1 }), aFile('/p/box/deep.txt'), aFile('/p/a.txt'))

async function openFolder(): Promise<TestPage> {
  useRecentPlaces.setState({ places: [] })
  const page = await openPage('/browse?path=/p', {
    answers: { ...files.answers, 'locations.list': () => [aLocation('/p', { name: 'Papers' })] },
  })
  await screen.findByText('a.txt')
  return page
}

async function palette(page: TestPage): Promise<HTMLElement> {
  await page.user.keyboard('{Control>}k{/Control}')
  return screen.findByRole('dialog', { name: 'Find a command, a place or a file' })
}

const labels = (dialog: HTMLElement) =>
  within(dialog)
    .getAllByRole('option')
    .map((option) => option.querySelector('bdi')!.textContent)

test('the palette names each thing once, with a sign, and commands with their keys', async () => {
  const page = await openFolder()
  const dialog = await palette(page)
  const all = labels(dialog)
  expect(new Set(all).size).toBe(all.length)
  expect(all[0]).toBe('Papers')
  expect(all.filter((label) => label === 'Search')).toHaveLength(1)
  const options = within(dialog).getAllByRole('option')
  expect(options.every((option) => option.querySelector('svg') !== null)).toBe(true)
  const grid = options.find((option) => option.textContent?.startsWith('View as grid'))!
  expect([...grid.querySelectorAll('kbd')].map((key) => key.textContent)).toEqual(['Alt', '1'])
})

test('folders and files that were opened last are in the palette, and lead there', async () => {
  const page = await openFolder()
  await page.user.dblClick(screen.getByText('box'))
  await page.user.dblClick(await screen.findByText('deep.txt'))
  await waitFor(() => expect(page.search()).toMatchObject({ preview: true }))
  await page.user.keyboard('{Escape}')
  await waitFor(() =>
    expect(useRecentPlaces.getState().places.map(({ name }) => name)).toEqual(['deep.txt', 'box', 'p']),
  )
  const dialog = await palette(page)
  // The folder of a location is there once, by the name of the location.
  expect(labels(dialog).slice(0, 3)).toEqual(['Papers', 'deep.txt', 'box'])
  await page.user.keyboard('deep')
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(page.search()).toEqual({ path: '/p/box', sel: '/p/box/deep.txt', preview: true }))
})

test('files that a search finds are below, each once, and open where the search found the words', async () => {
  const why = [
    {
      field: 'text' as const,
      kind: 'text' as const,
      page: 8,
      snippet: 'a whale',
      ranges: [[2, 7] as [number, number]],
    },
  ]
  const page = await openFolder()
  page.daemon.answer({
    'search.files': ({ limit, query }) => {
      const items = query === 'whale' ? [aResult('/p/papers/sea.txt', { why })].slice(0, limit) : []
      return { query, total: items.length, totalIsExact: true, tookMs: 1, items, cursor: null }
    },
  })
  const dialog = await palette(page)
  await page.user.keyboard('w')
  expect(page.daemon.asksOf('search.files')).toEqual([])
  await page.user.keyboard('hale')
  await waitFor(() => expect(labels(dialog)).toEqual(['sea.txt']))
  expect(within(dialog).getByRole('option').textContent).toBe('sea.txtpapers')
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(page.search()).toEqual({ q: 'whale', sel: '/p/papers/sea.txt', preview: true }))
  expect(await screen.findByRole('dialog', { name: 'Preview of sea.txt' })).toBeTruthy()
})

test('one letter searches no files, and nothing is said while a search is on its way', async () => {
  const slow = Promise.withResolvers<void>()
  const page = await openFolder()
  page.daemon.answer({
    'search.files': async ({ query }) => {
      await slow.promise
      return { query, total: 0, totalIsExact: true, tookMs: 1, items: [], cursor: null }
    },
  })
  const dialog = await palette(page)
  await page.user.keyboard('zzzz')
  await waitFor(() => expect(page.daemon.asksOf('search.files').at(-1)).toMatchObject({ query: 'zzzz', limit: 5 }))
  expect(within(dialog).queryByText('Nothing was found')).toBeNull()
  slow.resolve()
  expect(await within(dialog).findByText('Nothing was found')).toBeTruthy()
})

test('the last twenty places are remembered, each once', () => {
  useRecentPlaces.setState({ places: [] })
  const { add } = useRecentPlaces.getState()
  for (let i = 0; i < 30; i++) add({ kind: 'directory', path: `/${i}`, name: String(i) })
  add({ kind: 'directory', path: '/25', name: '25' })
  const { places } = useRecentPlaces.getState()
  expect(places).toHaveLength(20)
  expect(places.slice(0, 3).map(({ path }) => path)).toEqual(['/25', '/29', '/28'])
})
