// @vitest-environment happy-dom
import { openPage } from '../../../testing/page.tsx'
import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aLibrary, anAddedLocation } from '../../../testing/things.ts'

const files = new FakeFiles(aFile('/home/me/Pictures/a.jpg'))

const places: NonNullable<Answers['system.places']> = () => [
  {
    kind: 'pictures',
    path: '/home/me/Pictures',
    name: 'Pictures',
    estimate: { files: 3, bytes: 3_000, isWhole: true },
  },
  { kind: 'home', path: '/home/me', name: 'me', estimate: null },
]

/** A machine on which nothing was done yet: no operation about a library has an answer. */
const bare: Answers = {
  ...files.answers,
  'system.places': places,
  'libraries.list': () => [],
  'libraries.create': () => aLibrary(),
  'libraries.current': () => {
    throw new Refusal('NotFound', 'there is no library yet')
  },
  'locations.list': () => {
    throw new Refusal('NotFound', 'there is no library yet; create one with `spacedrive library create <name>`')
  },
  'locations.add': ({ path }) => anAddedLocation(path),
}

test('without a library the page asks where the files are, and makes one with a single key', async () => {
  const page = await openPage('/', { answers: bare })
  const field = await screen.findByLabelText<HTMLInputElement>('Where are your files?')
  expect(screen.queryByText(/there is no library yet/)).toBeNull()
  await waitFor(() => expect(field.value).toBe('/home/me/Pictures'))
  expect(screen.getByRole('button', { name: /^Pictures/ }).textContent).toBe('Pictures3 files, 3 kB')
  field.focus()
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(page.search()).toEqual({ path: '/home/me/Pictures' }))
  expect(page.daemon.asksOf('libraries.create')).toEqual([{ name: 'My Library' }])
  expect(page.daemon.asksOf('locations.add')).toEqual([{ path: '/home/me/Pictures' }])
})

test('what a person types is not overwritten by suggestions that come later', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const late: Answers = { ...bare, 'system.places': async (input) => (await promise, places(input)) }
  const page = await openPage('/', { answers: late })
  const field = await screen.findByLabelText<HTMLInputElement>('Where are your files?')
  expect(screen.getByText('Counting…')).toBeTruthy()
  await page.user.type(field, '/mine')
  resolve()
  await screen.findByRole('button', { name: /^Pictures/ })
  expect(screen.queryByText('Counting…')).toBeNull()
  expect(field.value).toBe('/mine')
})

test('of a path that is no folder no library is made, and what was typed stays to be corrected', async () => {
  const page = await openPage('/', {
    answers: {
      ...bare,
      'files.list': (input) => {
        if (input.path === '/home/me/Picturez') throw new Refusal('NotFound', `${input.path} does not exist`)
        return files.answers['files.list']!(input)
      },
    },
  })
  const field = () => screen.getByLabelText<HTMLInputElement>('Where are your files?')
  await screen.findByRole('button', { name: /^Pictures/ })
  await page.user.clear(field())
  await page.user.type(field(), '/home/me/Picturez{Enter}')
  expect(await screen.findByText('/home/me/Picturez does not exist')).toBeTruthy()
  expect(page.daemon.asksOf('libraries.create')).toEqual([])
  await page.user.type(field(), '{Backspace}s{Enter}')
  await waitFor(() => expect(page.search()).toEqual({ path: '/home/me/Pictures' }))
  expect(page.daemon.asksOf('libraries.create')).toHaveLength(1)
})

test('a folder that exists and cannot be added is named with the reason, and is tried again', async () => {
  let isRefused = true
  const page = await openPage('/', {
    answers: {
      ...bare,
      'libraries.create': () => {
        page.daemon.answer({
          'libraries.list': () => [aLibrary()],
          'libraries.current': () => aLibrary(),
          'locations.list': () => [],
        })
        page.daemon.emit('library.created', aLibrary())
        return aLibrary()
      },
      'locations.add': ({ path }) => {
        if (isRefused) throw new Refusal('PermissionDenied', `${path} cannot be read`)
        return anAddedLocation(path)
      },
    },
  })
  await page.user.click(await screen.findByRole('button', { name: /^Pictures/ }))
  await waitFor(() => expect(page.daemon.asksOf('locations.list')).not.toEqual([]))
  expect(await screen.findByText('/home/me/Pictures cannot be read')).toBeTruthy()
  isRefused = false
  await page.user.click(screen.getByRole('button', { name: 'Begin' }))
  await waitFor(() => expect(page.search()).toEqual({ path: '/home/me/Pictures' }))
  expect(page.daemon.asksOf('libraries.create')).toHaveLength(1)
})

test('the question is German for a German browser', async () => {
  await openPage('/', { answers: bare, locale: 'de' })
  expect(await screen.findByLabelText('Wo sind deine Dateien?')).toBeTruthy()
})
