// @vitest-environment happy-dom
import { openPage, show } from '../../testing/page.tsx'
import { act, screen, waitFor, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { until } from '../../../core/testing/until.ts'
import { connection } from '../api/index.ts'
import { FakeFiles } from '../../testing/fake-files.ts'
import {
  aDevice,
  aFile,
  aFolder,
  aLibrary,
  aLocation,
  aStatus,
  aVolume,
  deviceId,
  libraryId,
  locationId,
  volumeId,
} from '../../testing/things.ts'
import { CommandKeys, useCommand, useCommands, useKeysOf } from './command-keys.tsx'
import { commandNames } from './command-names.ts'
import { type CommandId, commandIds, commands, readableKeys } from './commands.ts'
import { usePreferences } from './preferences.ts'

const photos = new FakeFiles(aFolder('/photos/2024'), aFile('/photos/a.txt'), aFile('/photos/2024/b.txt'))
const withPhotos = { ...photos.answers, 'locations.list': () => [aLocation('/photos', { name: 'Photos' })] }

test('the page begins at the first location', async () => {
  const { search } = await openPage('/', { answers: withPhotos })
  await screen.findByRole('grid')
  expect(search()).toMatchObject({ path: '/photos' })
})

test('where there is no such page the way back is shown', async () => {
  const page = await openPage('/no/such/page', { answers: withPhotos })
  await page.user.click(await screen.findByRole('link', { name: 'To the first page' }))
  await waitFor(() => expect(page.address()).toMatch(/^\/browse/))
})

test('a page that fails says so, and the rest goes on', async () => {
  await openPage('/no/such/page', { locale: 'de' })
  expect(await screen.findByRole('heading', { level: 1, name: 'Diese Seite gibt es nicht' })).toBeTruthy()
  expect(document.title).toBe('Diese Seite gibt es nicht – Spacedrive')
  expect(screen.getByRole('navigation', { name: 'Orte' })).toBeTruthy()
})

const listed = [
  { to: '/search', en: 'Search', de: 'Suche' },
  { to: '/timeline', en: 'Photos and films', de: 'Fotos und Filme' },
  { to: '/duplicates', en: 'Duplicates', de: 'Duplikate' },
  { to: '/statistics', en: 'Statistics', de: 'Statistik' },
  { to: '/locations', en: 'Locations', de: 'Orte' },
  { to: '/devices', en: 'Devices', de: 'Geräte' },
  { to: '/jobs', en: 'Jobs', de: 'Aufgaben' },
  { to: '/settings', en: 'Settings', de: 'Einstellungen' },
]

test.for(['en', 'de'] as const)(
  'the sidebar lists the pages in their order, with their names in %s',
  async (locale) => {
    await openPage('/settings', { locale })
    const places = within(await screen.findByRole('navigation'))
    const links = await Promise.all(listed.map((page) => places.findByRole('link', { name: page[locale] })))
    expect(links).toEqual(places.getAllByRole('link'))
    expect(links.map((link) => link.getAttribute('href'))).toEqual(listed.map(({ to }) => to))
  },
)

test.for(listed)('the page at $to has its name as its title', async ({ en, to }) => {
  await openPage(to)
  expect(await screen.findByRole('heading', { level: 1, name: en })).toBeTruthy()
  expect(document.title).toBe(`${en} – Spacedrive`)
})

test('a link of the sidebar leads to its page, and is marked there', async () => {
  const page = await openPage('/settings')
  const places = await screen.findByRole('navigation', { name: 'Places' })
  expect(await within(places).findByRole('link', { current: 'page', name: 'Settings' })).toBeTruthy()
  await page.user.click(within(places).getByRole('link', { name: 'Jobs' }))
  await waitFor(() => expect(page.address()).toBe('/jobs'))
  await waitFor(() => expect(within(places).getByRole('link', { current: 'page' }).textContent).toBe('Jobs'))
})

test('the sidebar has locations, volumes and devices, with what is wrong with them', async () => {
  await openPage('/settings', {
    answers: {
      'locations.list': () => [
        aLocation('/photos', { name: 'Photos' }),
        aLocation('/music', { id: locationId(2), name: 'Music', state: 'scanning' }),
        aLocation('/usb', { id: locationId(3), name: 'Stick', state: 'offline', error: 'the volume is away' }),
      ],
      'volumes.list': () => [aVolume('Disk'), aVolume('Backup', { id: volumeId(2), online: false, mountPoint: null })],
      'network.devices': () => [aDevice('bob'), aDevice('phone', { id: deviceId(3), os: 'android', state: 'blocked' })],
    },
  })
  const places = await screen.findByRole('navigation', { name: 'Places' })
  await within(places).findByText('Photos')
  const textOf = (name: string) => within(places).getByText(name).closest('li')?.textContent
  await waitFor(() => expect(textOf('Music')).toBe('Musicbeing indexed'))
  expect(textOf('Photos')).toBe('Photos')
  expect(textOf('Stick')).toBe('Stickthe volume is away')
  await waitFor(() => expect(textOf('Backup')).toBe('Backupunplugged'))
  // Of a volume that was never mounted there is no folder to go to.
  expect(within(places).getByText('Backup').closest('a')).toBeNull()
  expect(within(places).getByText('Disk').closest('a')?.getAttribute('href')).toBe('/browse?path=%2Fmedia%2FDisk')
  expect(textOf('bob')).toBe('bobconnected directly')
  expect(textOf('phone')).toBe('phoneblocked')
})

test('the sidebar says where no folder is indexed yet, and follows when one is added', async () => {
  const { daemon } = await openPage('/settings')
  const places = await screen.findByRole('navigation', { name: 'Places' })
  expect(await within(places).findByText('No folder is indexed yet.')).toBeTruthy()
  daemon.answer({ 'locations.list': () => [aLocation('/photos', { name: 'Photos' })] })
  daemon.emit('location.added', aLocation('/photos'))
  expect(await within(places).findByText('Photos')).toBeTruthy()
})

test('another library is chosen from the menu above the places, and everything is asked for anew', async () => {
  const [home, work] = [aLibrary(), aLibrary({ id: libraryId(2), name: 'Work', current: false })]
  const page = await openPage('/settings', {
    answers: {
      'libraries.list': () => [home, work, aLibrary({ id: libraryId(3), name: 'Old', open: false, current: false })],
      'libraries.switch': () => ({ ...work, current: true }),
    },
  })
  await page.user.click(await screen.findByRole('button', { name: 'Library: Home' }))
  const choices = await screen.findAllByRole('menuitemradio')
  expect(choices.map((each) => each.textContent)).toEqual(['Home', 'Work'])
  const before = page.daemon.asksOf('volumes.list').length
  await page.user.click(choices[1]!)
  await waitFor(() => expect(page.daemon.asksOf('libraries.switch')).toEqual([{ library: libraryId(2) }]))
  await waitFor(() => expect(page.daemon.asksOf('volumes.list').length).toBe(before + 1))
})

test('the width of the sidebar follows arrow keys, and is kept', async () => {
  const page = await openPage('/jobs')
  const handle = await screen.findByRole('separator', { name: 'Width of the sidebar' })
  handle.focus()
  await page.user.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}')
  expect(handle.getAttribute('aria-valuenow')).toBe('248')
  expect(JSON.parse(localStorage.getItem('spacedrive') ?? '{}')).toMatchObject({ state: { sidebarWidth: 248 } })
})

test('the palette goes to a page, a location, and does what a command says', async () => {
  const page = await openPage('/jobs', { answers: withPhotos })
  await screen.findByText('Photos')
  await page.user.keyboard('{Control>}k{/Control}')
  let field = await screen.findByRole('combobox', { name: 'Find a command, a place or a file' })
  await waitFor(() => expect(document.activeElement).toBe(field))
  await page.user.keyboard('stat')
  await waitFor(() => expect(screen.getAllByRole('option').map((each) => each.textContent)).toEqual(['Statistics']))
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(page.address()).toBe('/statistics'))
  await page.user.keyboard('{Control>}k{/Control}')
  field = await screen.findByRole('combobox')
  await waitFor(() => expect(document.activeElement).toBe(field))
  await page.user.keyboard('phot')
  await waitFor(() => expect(screen.getAllByRole('option').map((each) => each.textContent)).toContain('Photos'))
  await page.user.click(screen.getByRole('option', { name: 'Photos' }))
  await screen.findByRole('grid')
  await page.user.keyboard('{Control>}k{/Control}')
  await screen.findByRole('combobox', { name: 'Find a command, a place or a file' })
  await page.user.keyboard('as grid')
  await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(1))
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(page.search()).toMatchObject({ view: 'grid' }))
})

test('the palette offers only what does something on this page, and says where nothing fits', async () => {
  const page = await openPage('/jobs')
  await screen.findByText('No job has run yet')
  await page.user.keyboard('{Control>}k{/Control}')
  await screen.findByRole('combobox')
  const offered = screen.getAllByRole('option').map((each) => each.textContent)
  expect(offered).toContain('Show all keys?')
  expect(offered.join()).not.toContain('Select all')
  page.daemon.answer({
    'search.files': ({ query }) => ({ query, total: 0, totalIsExact: true, tookMs: 1, items: [], cursor: null }),
  })
  await page.user.keyboard('xyzzy')
  expect(await screen.findByText('Nothing was found')).toBeTruthy()
})

test('? shows every command with its keys, and Escape leads back', async () => {
  const page = await openPage('/jobs')
  await screen.findByText('No job has run yet')
  await page.user.keyboard('{Shift>}?{/Shift}')
  const dialog = await screen.findByRole('dialog', { name: 'Keys' })
  const terms = (part: HTMLElement) =>
    within(part)
      .getAllByRole('term')
      .map((term) => term.textContent)
  const ofPreview = within(dialog).getByRole('heading', { name: 'In the preview' }).closest('section')!
  expect(terms(ofPreview)).toEqual(expect.arrayContaining(['Next', 'Previous', 'Larger', 'Slide show', 'Details']))
  expect(terms(dialog)).toEqual([...commandIds.map((id) => commandNames.en[id]), ...terms(ofPreview)])
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('/ goes to the search box, but not where somebody types', async () => {
  const page = await openPage('/browse?path=/photos', { answers: withPhotos })
  await screen.findByRole('grid')
  const box = screen.getByRole('searchbox')
  await page.user.keyboard('/')
  expect(document.activeElement).toBe(box)
  await page.user.keyboard('a/b')
  expect((box as HTMLInputElement).value).toBe('a/b')
})

test.each(['/timeline', '/jobs', '/locations'])('/ opens the search where %s has no search box', async (address) => {
  const page = await openPage(address)
  await screen.findByRole('heading', { level: 1 })
  expect(screen.queryByRole('searchbox')).toBeNull()
  await page.user.keyboard('/')
  await waitFor(() => expect(document.activeElement).toBe(screen.queryByRole('searchbox', { name: 'Search' })))
  expect(page.address()).toBe('/search')
})

/** Tells which commands were done. */
function Doing({ done, ids }: { done: string[]; ids: readonly CommandId[] }) {
  return ids.map((id) => <Doer key={id} id={id} done={done} />)
}
function Doer({ done, id }: { done: string[]; id: CommandId }) {
  useCommand(id, () => done.push(id))
  return <p>{useKeysOf(id)}</p>
}

const typed = [
  { keys: '{Alt>}1{/Alt}', done: ['view-grid'] },
  { keys: '{Control>}a{/Control}', done: ['select-all'] },
  { keys: ' ', done: ['preview'] },
  { keys: '{Enter}', done: ['open'] },
  { keys: '{Alt>}{Enter}{/Alt}', done: ['inspector'] },
  { keys: '{Escape}', done: ['escape'] },
  { keys: 'x', done: [] },
] as const
const all: readonly CommandId[] = ['view-grid', 'select-all', 'preview', 'open', 'inspector', 'escape']

test.for(typed)('$keys does $done', async ({ done: expected, keys }) => {
  const done: string[] = []
  const { user } = await show(<Doing done={done} ids={all} />)
  await user.keyboard(keys)
  expect(done).toEqual(expected)
})

test('keys without a modifier do nothing in a field, nor do those of a control that has the focus', async () => {
  const done: string[] = []
  const { user } = await show(
    <>
      <input aria-label="Name" />
      <button type="button">Go</button>
      <Doing done={done} ids={all} />
    </>,
  )
  screen.getByLabelText('Name').focus()
  await user.keyboard(' {Enter}{Control>}a{/Control}{Alt>}1{/Alt}{Escape}')
  expect(done).toEqual(['view-grid', 'escape'])
  screen.getByRole('button').focus()
  await user.keyboard(' {Enter}')
  expect(done).toEqual(['view-grid', 'escape'])
})

test.for(['{Control>}k{/Control}', '{Shift>}?{/Shift}'])(
  'Escape closes what %s opens, and leaves the page as it was',
  async (keys) => {
    const page = await openPage('/browse?path=/photos', { answers: withPhotos })
    await screen.findByRole('grid')
    const row = (await screen.findByText('a.txt')).closest('[role=row]')!
    await page.user.click(row)
    await page.user.keyboard(keys)
    const dialog = await screen.findByRole('dialog')
    await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true))
    await page.user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(row.getAttribute('aria-selected')).toBe('true')
  },
)

test('of two that do the same the one that came last does it, as long as it is there', async () => {
  const done: string[] = []
  function Above() {
    const [isOpen, setOpen] = useState(false)
    useCommand('palette', () => done.push('page'))
    useCommand('shortcuts', () => setOpen(true))
    return isOpen && <Overlay onClose={() => setOpen(false)} />
  }
  function Overlay({ onClose }: { onClose: () => void }) {
    useCommand('palette', () => {
      done.push('dialog')
      onClose()
    })
    return null
  }
  const { user } = await show(<Above />)
  await user.keyboard('{Shift>}?{/Shift}{Control>}k{/Control}')
  await user.keyboard('{Control>}k{/Control}')
  expect(done).toEqual(['dialog', 'page'])
})

test('a command that is off is not offered', async () => {
  function Offered() {
    useCommand('open', () => {}, false)
    useCommand('preview', () => {}, true)
    const { active } = useCommands()
    const [ids, setIds] = useState('')
    return (
      <button type="button" onClick={() => setIds(active().join(' '))}>
        {ids}
      </button>
    )
  }
  const { user } = await show(
    <CommandKeys>
      <Offered />
    </CommandKeys>,
  )
  await user.click(screen.getByRole('button'))
  expect(screen.getByRole('button').textContent).toBe('preview')
})

test('other keys than the usual ones take their place, and are shown', async () => {
  const done: string[] = []
  const { user } = await show(<Doing done={done} ids={['palette']} />)
  expect(screen.getByText('Ctrl+K')).toBeTruthy()
  act(() => {
    usePreferences.setState({ keys: { palette: 'Alt+KeyP' } })
  })
  expect(screen.getByText('Alt+P')).toBeTruthy()
  await user.keyboard('{Control>}k{/Control}')
  expect(done).toEqual([])
  await user.keyboard('{Alt>}p{/Alt}')
  expect(done).toEqual(['palette'])
})

test('keys are written as on a keyboard, and no two commands have the same', () => {
  expect(['$mod+KeyA', 'Alt+Digit1', 'Shift+?', 'Alt+ArrowUp', 'Escape', '/'].map(readableKeys)).toEqual([
    'Ctrl+A',
    'Alt+1',
    '?',
    'Alt+↑',
    'Esc',
    '/',
  ])
  expect(new Set(Object.values(commands)).size).toBe(commandIds.length)
})

test('notices of the daemon are on every page: damaged files at once, others folded', async () => {
  const notices = ['config.json was damaged: it was restored', 'the library Home is away', 'the disk is full']
  const { daemon } = await openPage('/jobs', {
    answers: { 'system.status': () => aStatus({ damaged: notices.slice(0, 1), notices }) },
  })
  expect(await screen.findByText(/Files of the data folder were damaged/)).toBeTruthy()
  expect(screen.getByText('config.json was damaged: it was restored')).toBeTruthy()
  const others = screen.getByText('2 things need your attention').closest('details')!
  expect(others.open).toBe(false)
  expect([...others.querySelectorAll('li')].map((each) => each.textContent)).toEqual(notices.slice(1))
  daemon.answer({ 'system.status': () => aStatus() })
  daemon.emit('library.opened', aLibrary())
  await waitFor(() => expect(screen.queryByText('2 things need your attention')).toBeNull())
})

test('notices are told in German, and quoted in English', async () => {
  await openPage('/jobs', {
    answers: { 'system.status': () => aStatus({ notices: ['the disk is full'] }) },
    locale: 'de',
  })
  expect(await screen.findByText('1 Sache braucht Aufmerksamkeit')).toBeTruthy()
  expect(screen.getByText('the disk is full').closest('[lang=en]')).not.toBeNull()
})

test('while the daemon is away the page says so, counts down, and can be used', async () => {
  const page = await openPage('/browse?path=/photos', { answers: withPhotos })
  await screen.findByRole('grid')
  act(() => page.daemon.stop())
  const banner = (await screen.findByText(/The daemon is not running/)).closest('[role=status]') as HTMLElement
  expect(banner.textContent).toMatch(/Trying again/)
  await page.user.click(screen.getByText('a.txt'))
  expect(screen.getByText('a.txt').closest('[role=row]')?.getAttribute('aria-selected')).toBe('true')
  page.daemon.comeBack()
  await page.user.click(within(banner).getByRole('button', { name: 'Try now' }))
  await waitFor(() => expect(screen.queryByText(/The daemon is not running/)).toBeNull())
  expect(connection.state.name).toBe('open')
})

test('colours and language are those of the settings, or of the system', async () => {
  await openPage('/jobs')
  await screen.findByText('No job has run yet')
  expect(document.documentElement.dataset['theme']).toBeUndefined()
  act(() => {
    usePreferences.setState({ theme: 'dark', locale: 'de' })
  })
  await until(() => document.documentElement.lang === 'de')
  expect(document.documentElement.dataset['theme']).toBe('dark')
  expect(screen.getByText('Noch keine Aufgabe ist gelaufen')).toBeTruthy()
  act(() => {
    usePreferences.setState({ theme: 'system', locale: null })
  })
  await until(() => document.documentElement.dataset['theme'] === undefined)
})
