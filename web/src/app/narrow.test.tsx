// @vitest-environment happy-dom
import { openPage } from '../../testing/page.tsx'
import { act, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeFiles } from '../../testing/fake-files.ts'
import { aFile, aFolder, aLocation } from '../../testing/things.ts'

/** A window of a phone, and then one of a screen: media queries hold by their `min-width`. */
let width = 390
const changed = new Set<() => void>()

function setWidth(to: number): void {
  width = to
  for (const listener of changed) listener()
}

beforeEach(() => {
  width = 390
  changed.clear()
  vi.stubGlobal('matchMedia', (query: string) => ({
    get matches() {
      return width >= Number(/min-width: (\d+)px/.exec(query)?.[1] ?? 0)
    },
    addEventListener: (_: string, listener: () => void) => changed.add(listener),
    removeEventListener: (_: string, listener: () => void) => changed.delete(listener),
  }))
})
afterEach(() => void vi.unstubAllGlobals())

const files = new FakeFiles(aFolder('/p/a'), aFile('/p/a/b/c/x.txt'), aFile('/p/one.txt'), aFile('/p/two.txt'))
const answers = {
  ...files.answers,
  'locations.list': () => [aLocation('/p', { name: 'Papers' })],
}

test('in a narrow window the places are a drawer, which closes once one was chosen', async () => {
  const { address, user } = await openPage('/jobs', { answers })
  expect(screen.queryByRole('navigation', { name: 'Places' })).toBeNull()
  await user.click(await screen.findByRole('button', { name: 'Open places' }))
  const drawer = await screen.findByRole('dialog', { name: 'Places' })
  await user.click(await within(drawer).findByRole('link', { name: 'Settings' }))
  await waitFor(() => expect(address()).toBe('/settings'))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('the drawer of places is closed by its button and by Escape', async () => {
  const { user } = await openPage('/jobs', { answers })
  const open = await screen.findByRole('button', { name: 'Open places' })
  await user.click(open)
  await user.click(await screen.findByRole('button', { name: 'Close places' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(open)
  await screen.findByRole('dialog')
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('a window that becomes wide has the places beside the page', async () => {
  await openPage('/jobs', { answers })
  await screen.findByRole('button', { name: 'Open places' })
  act(() => setWidth(1_200))
  expect(await screen.findByRole('navigation', { name: 'Places' })).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Open places' })).toBeNull()
})

test('in a narrow window the inspector is a drawer over the folder', async () => {
  const { search, user } = await openPage('/browse?path=/p&sel=/p/one.txt&inspector=true', { answers })
  const drawer = await screen.findByRole('dialog', { name: 'Inspector' })
  await waitFor(() => expect(drawer.textContent).toContain('one.txt'))
  await user.click(within(drawer).getByRole('button', { name: 'Close the inspector' }))
  await waitFor(() => expect(search()).not.toHaveProperty('inspector'))
})

test('in a narrow window the path has its last folder, and those above in a menu', async () => {
  using _ = narrowElements()
  const { search, user } = await openPage('/browse?path=/p/a/b/c', { answers })
  const path = await screen.findByRole('navigation', { name: 'Path' })
  await waitFor(() =>
    expect(
      within(path)
        .getAllByRole('listitem')
        .map((each) => each.textContent),
    ).toEqual(['c']),
  )
  await user.click(within(path).getByRole('button', { name: 'Folders above' }))
  const above = await screen.findAllByRole('menuitem')
  expect(above.map((each) => each.textContent)).toEqual(['b', 'a', 'Papers'])
  await user.click(above[1]!)
  await waitFor(() => expect(search()).toMatchObject({ path: '/p/a' }))
})

test('in a narrow window the map of sizes and its table are shown in turn', async () => {
  const file = {
    name: 'one.txt',
    path: '/p/one.txt',
    kind: 'file' as const,
    type: 'text' as const,
    size: 900,
    files: 1,
  }
  const { user } = await openPage('/browse?path=/p&view=size', {
    answers: {
      ...answers,
      'files.sizes': () => ({ ...file, name: 'p', path: '/p', kind: 'directory', type: 'unknown', children: [file] }),
    },
  })
  expect(await screen.findByRole('img', { name: /^Map of/ })).toBeTruthy()
  expect(screen.queryByRole('table')).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Table' }))
  expect(screen.getByRole('table').textContent).toContain('900 bytes')
  expect(screen.queryByRole('img', { name: /^Map of/ })).toBeNull()
  expect(screen.getByRole('button', { name: 'Table', pressed: true })).toBeTruthy()
})

const languages = [
  { browser: ['de-AT', 'en'], shows: 'Aufgaben' },
  { browser: ['fr', 'de', 'en'], shows: 'Aufgaben' },
  { browser: ['en-GB', 'de'], shows: 'Jobs' },
  { browser: ['fr'], shows: 'Jobs' },
]

test.for(languages)('a browser that speaks $browser is shown $shows', async ({ browser, shows }) => {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(browser)
  globalThis.dispatchEvent(new Event('languagechange'))
  const { usePreferences } = await import('./preferences.ts')
  await openPage('/jobs', { answers })
  act(() => {
    usePreferences.setState({ locale: null })
  })
  expect(await screen.findByRole('heading', { level: 1, name: shows })).toBeTruthy()
  vi.restoreAllMocks()
})

/** Every element measures as in a narrow window, until it is disposed of. */
function narrowElements(): Disposable {
  const usual = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'clientWidth')!
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 240 })
  return { [Symbol.dispose]: () => Object.defineProperty(HTMLElement.prototype, 'clientWidth', usual) }
}
