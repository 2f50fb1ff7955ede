// @vitest-environment happy-dom
import { openPage } from '../../../testing/page.tsx'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Answers } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aDevice, aFile, aLibrary, aLocation, aResult, aVolume, libraryId, volumeId } from '../../../testing/things.ts'

const files = new FakeFiles(aFile('/p/a.txt'), aFile('/p/b.txt'))
files.online = false

/** Everything that can be away is away. */
const away: Answers = {
  ...files.answers,
  'locations.list': () => [aLocation('/p', { name: 'Papers', state: 'offline' })],
  'volumes.list': () => [
    aVolume('Backup', { online: false, mountPoint: null }),
    aVolume('Camera', { id: volumeId(2), online: false }),
  ],
  'network.devices': () => [aDevice('bob', { state: 'disconnected', path: null })],
}

/** Names that are mixed with their background, so that they have less contrast than the colours promise. */
function fadedNames(): (string | null)[] {
  return [...document.querySelectorAll('bdi')]
    .filter((name) => name.closest('[class*="opacity-"]') !== null)
    .map((name) => name.textContent)
}

test('what is away says so in words, and its name keeps its contrast', async () => {
  await openPage('/browse?path=/p', { answers: away })
  const places = within(await screen.findByRole('navigation', { name: 'Places' }))
  for (const name of ['Papers', 'Backup', 'Camera', 'bob']) expect(await places.findByText(name)).toBeTruthy()
  await waitFor(() => expect(places.getAllByText('unplugged')).toHaveLength(2))
  expect(places.getByText('offline')).toBeTruthy()
  await screen.findByText('a.txt')
  expect(fadedNames()).toEqual([])
})

test.for(['list', 'grid', 'columns'])('names of files that are away keep their contrast as a %s', async (view) => {
  await openPage(`/browse?path=/p&view=${view}`, { answers: away })
  await screen.findAllByText('a.txt')
  expect(fadedNames()).toEqual([])
})

test('names of results that are away keep their contrast', async () => {
  const answers: Answers = {
    ...away,
    'search.files': ({ query }) => ({
      query,
      items: [aResult('/p/a.txt', { online: false })],
      total: 1,
      totalIsExact: true,
      tookMs: 1,
      cursor: null,
    }),
  }
  await openPage('/search?q=a', { answers })
  await waitFor(() => expect(document.querySelectorAll('[role="grid"] bdi').length).toBeGreaterThan(0))
  expect(fadedNames()).toEqual([])
})

test('the current library is chosen again without a switch, and another one keeps the focus in the menu', async () => {
  const [home, work] = [aLibrary(), aLibrary({ id: libraryId(2), name: 'Work', current: false })]
  const page = await openPage('/locations', {
    answers: {
      'libraries.list': () => [home, work],
      'libraries.switch': () => work,
    },
  })
  const choose = async (name: string) => {
    await page.user.click(await screen.findByRole('button', { name: /^Library: / }))
    await page.user.click(await screen.findByRole('menuitemradio', { name }))
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
  }
  await choose('Home')
  expect(page.daemon.asksOf('libraries.switch')).toEqual([])
  page.daemon.answer({
    'libraries.list': () => [
      { ...home, current: false },
      { ...work, current: true },
    ],
  })
  await choose('Work')
  const menu = await screen.findByRole('button', { name: 'Library: Work' })
  await waitFor(() => expect(document.activeElement).toBe(menu))
})
