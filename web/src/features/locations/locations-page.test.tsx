// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../testing/page.tsx'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aFolder, aLibrary, aLocation, anAddedLocation, locationId } from '../../../testing/things.ts'

const home = { kind: 'home' as const, path: '/home/me', name: 'me', estimate: null }
const files = new FakeFiles(
  aFolder('/home/me/Pictures'),
  aFile('/home/me/Pictures/a.jpg'),
  aFolder('/home/me/Pictures/2024'),
  aFile('/home/me/notes.txt'),
  aFolder('/home'),
  aFile('/home/me/Pictures/2024/b.jpg'),
)

async function openLocations(answers: Answers = {}) {
  const page = await openPage('/locations', {
    answers: { ...files.answers, 'system.places': () => [home], ...answers },
  })
  await screen.findByRole('heading', { level: 1, name: 'Locations' })
  return page
}

const main = () => screen.getByRole('main')
const card = async (name: string) => (await within(main()).findByText(name)).closest('li')!
const photos = aLocation('/photos', { name: 'Photos' })

test('each location says what is known of it', async () => {
  await openLocations({
    'locations.list': () => [
      photos,
      aLocation('/usb', { id: locationId(2), name: 'Stick', state: 'offline', error: 'plug it in', lastScanAt: null }),
    ],
  })
  expect((await card('Photos')).textContent).toContain('up to date/photos3 files · 3 kB · last compared Mar 12, 2024')
  const stick = await card('Stick')
  expect(stick.textContent).toContain('not compared yet')
  expect(stick.textContent).toContain('plug it in')
})

test('a folder is added by going to it', async () => {
  const { daemon, user } = await openLocations({
    'locations.add': ({ path }) => anAddedLocation(path),
  })
  await screen.findByText('No folder is indexed yet')
  await waitFor(() => expect(daemon.asksOf('system.places')).toHaveLength(1))
  await user.click(screen.getAllByRole('button', { name: 'Add a folder' })[0]!)
  const dialog = await screen.findByRole('dialog', { name: 'Which folder?' })
  const folders = within(dialog).getByRole('list', { name: 'Folders here' })
  await within(folders).findByText('Pictures')
  // Files are none to choose.
  expect(within(folders).getAllByRole('listitem')).toHaveLength(1)
  await user.click(within(folders).getByRole('button', { name: 'Pictures' }))
  await within(folders).findByText('2024')
  expect(within(dialog).getByLabelText<HTMLInputElement>('Path').value).toBe('/home/me/Pictures')
  await user.click(within(dialog).getByRole('button', { name: 'Choose this folder' }))
  await waitFor(() => expect(daemon.asksOf('locations.add')).toEqual([{ path: '/home/me/Pictures' }]))
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('the folder above is one step away, and a path can be typed', async () => {
  const { user } = await openLocations()
  await user.click((await screen.findAllByRole('button', { name: 'Add a folder' }))[0]!)
  const dialog = await screen.findByRole('dialog')
  const path = within(dialog).getByLabelText<HTMLInputElement>('Path')
  await user.clear(path)
  await user.type(path, '/home/me/Pictures/2024{Enter}')
  expect(await within(dialog).findByText('No folder in here')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'To the folder above' }))
  expect(await within(dialog).findByText('2024')).toBeTruthy()
  expect(path.value).toBe('/home/me/Pictures')
})

test('a folder that does not exist says so, and cannot be chosen', async () => {
  const { user } = await openLocations()
  await user.click((await screen.findAllByRole('button', { name: 'Add a folder' }))[0]!)
  const dialog = await screen.findByRole('dialog')
  await user.clear(within(dialog).getByLabelText('Path'))
  await user.type(within(dialog).getByLabelText('Path'), '/nowhere{Enter}')
  expect(await within(dialog).findByText('/nowhere does not exist')).toBeTruthy()
  expect(within(dialog).getByRole('button', { name: 'Choose this folder' }).hasAttribute('disabled')).toBe(true)
})

test('a folder that cannot be added says why', async () => {
  const { user } = await openLocations({
    'locations.add': () => {
      throw new Refusal('AlreadyExists', '/home/me is a location already')
    },
  })
  await user.click((await screen.findAllByRole('button', { name: 'Add a folder' }))[0]!)
  await user.click(await screen.findByRole('button', { name: 'Choose this folder' }))
  expect(await toastOf('/home/me is a location already')).toBeTruthy()
})

const actions = [
  { button: 'Compare with the disk', operation: 'locations.rescan', state: 'complete' },
  { button: 'Pause', operation: 'locations.pause', state: 'complete' },
  { button: 'Resume', operation: 'locations.resume', state: 'paused' },
] as const

test.for(actions)('$button asks for $operation', async ({ button, operation, state }) => {
  const { daemon, user } = await openLocations({
    'locations.list': () => [{ ...photos, state }],
    [operation]: () => photos,
  })
  await user.click(within(await card('Photos')).getByRole('button', { name: button }))
  await waitFor(() => expect(daemon.asksOf(operation)).toEqual([{ location: locationId(1) }]))
})

test('a location that another tab has paused goes on from here', async () => {
  const { daemon } = await openLocations({ 'locations.list': () => [photos] })
  await card('Photos')
  daemon.answer({ 'locations.list': () => [{ ...photos, state: 'paused' }] })
  daemon.emit('location.state-changed', { locationId: locationId(1), state: 'paused', error: null })
  await waitFor(async () => expect(within(await card('Photos')).getByRole('button', { name: 'Resume' })).toBeTruthy())
})

test('a location is removed after a question, and its files are not', async () => {
  const { daemon, user } = await openLocations({
    'locations.list': () => [photos],
    'locations.remove': () => ({ locationId: locationId(1), removedEntries: 4 }),
  })
  const remove = within(await card('Photos')).getByRole('button', { name: 'Remove' })
  await user.click(remove)
  let dialog = await screen.findByRole('dialog', { name: 'Remove Photos from the library?' })
  expect(dialog.textContent).toContain('The files themselves are not touched.')
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(daemon.asksOf('locations.remove')).toEqual([])
  await user.click(remove)
  dialog = await screen.findByRole('dialog')
  await user.click(within(dialog).getByRole('button', { name: 'Remove' }))
  expect(await toastOf('4 entries forgotten')).toBeTruthy()
  expect(daemon.asksOf('locations.remove')).toEqual([{ location: locationId(1) }])
})

test('the settings of a location are changed, and only what was changed is sent', async () => {
  const { daemon, user } = await openLocations({
    'locations.list': () => [{ ...photos, policy: { ocr: 'off', proxy: '720p' } }],
    'locations.update': () => photos,
  })
  await user.click(within(await card('Photos')).getByRole('button', { name: 'Settings' }))
  const dialog = await screen.findByRole('dialog', { name: 'Photos' })
  await user.clear(within(dialog).getByLabelText('Name'))
  await user.type(within(dialog).getByLabelText('Name'), 'Pictures')
  await user.selectOptions(within(dialog).getByLabelText('Depth of the index'), 'Names, sizes and dates')
  await user.click(within(dialog).getByRole('switch', { name: 'Watch for changes' }))
  await user.selectOptions(within(dialog).getByLabelText('Text in pictures'), 'Usual')
  await user.selectOptions(within(dialog).getByLabelText('Thumbnails'), 'Off')
  // What was written on the command line stays a choice.
  expect(within(dialog).getByRole('option', { name: 'Own: 720p' })).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Save' }))
  await waitFor(() =>
    expect(daemon.asksOf('locations.update')).toEqual([
      {
        location: locationId(1),
        name: 'Pictures',
        mode: 'shallow',
        watch: false,
        policy: ['thumb=off', 'ocr=default'],
      },
    ]),
  )
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('settings that are refused stay open, with the reason', async () => {
  const { user } = await openLocations({
    'locations.list': () => [photos],
    'locations.update': () => {
      throw new Refusal('InvalidInput', 'a location needs a name')
    },
  })
  await user.click(within(await card('Photos')).getByRole('button', { name: 'Settings' }))
  const dialog = await screen.findByRole('dialog')
  await user.click(within(dialog).getByRole('button', { name: 'Save' }))
  expect(await within(dialog).findByText('a location needs a name')).toBeTruthy()
})

test('where nothing is indexed the first page asks which folder to look at', async () => {
  const places = [
    home,
    {
      kind: 'pictures' as const,
      path: '/home/me/Pictures',
      name: 'Pictures',
      estimate: { files: 1_200, bytes: 5e9, isWhole: false },
    },
  ]
  const page = await openPage('/', {
    answers: {
      ...files.answers,
      'system.places': () => places,
      'libraries.list': () => [aLibrary({ open: false })],
      'libraries.create': () => aLibrary(),
      'locations.add': ({ path }) => anAddedLocation(path),
    },
  })
  const pictures = await screen.findByRole('button', { name: /^Pictures/ })
  expect(pictures.textContent).toBe('Picturesover 1,200 files, 5 GB')
  expect(screen.getByRole('button', { name: /^Everything of yours/ }).textContent).toContain('size not known')
  await page.user.click(pictures)
  await waitFor(() => expect(page.search()).toEqual({ path: '/home/me/Pictures' }))
  expect(page.daemon.asksOf('libraries.create')).toEqual([{ name: 'My Library' }])
  expect(page.daemon.asksOf('locations.add')).toEqual([{ path: '/home/me/Pictures' }])
})

test('a first folder that cannot be added says why, and another can be picked', async () => {
  const { daemon, user } = await openPage('/', {
    answers: {
      ...files.answers,
      'system.places': () => [home],
      'locations.add': () => {
        throw new Refusal('NotFound', '/nowhere does not exist')
      },
    },
  })
  const field = await screen.findByLabelText('Where are your files?')
  await user.type(field, '/nowhere')
  await user.click(screen.getByRole('button', { name: 'Begin' }))
  expect(await screen.findByText('/nowhere does not exist')).toBeTruthy()
  // A library is open already: none is made.
  expect(daemon.asksOf('libraries.create')).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Browse' }))
  const dialog = await screen.findByRole('dialog')
  await user.click(await within(dialog).findByRole('button', { name: 'Pictures' }))
  await within(dialog).findByText('2024')
  await user.click(within(dialog).getByRole('button', { name: 'Choose this folder' }))
  expect((field as HTMLInputElement).value).toBe('/home/me/Pictures')
})
