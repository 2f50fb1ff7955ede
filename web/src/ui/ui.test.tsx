// @vitest-environment happy-dom
import { show, toastOf } from '../../testing/page.tsx'
import { ClientError } from '@spacedrive/client'
import type { Entry } from '@spacedrive/core/domain'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { Folder } from 'lucide-react'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { aDevice, aFile, aFolder, aThumb, contentId, entryId, libraryId } from '../../testing/things.ts'
import { usePreferences } from '../app/preferences.ts'
import {
  Button,
  ContextMenu,
  DeviceMark,
  Dialog,
  EmptyState,
  ErrorNote,
  Field,
  FilmMark,
  IconButton,
  Input,
  Keys,
  kindColor,
  kindGroup,
  KindIcon,
  Menu,
  MenuChoice,
  MenuItem,
  MenuSwitch,
  pictureUrl,
  Popover,
  ProgressBar,
  ResizeHandle,
  SafeName,
  SafeText,
  Said,
  Select,
  Switch,
  Thumbnail,
  toast,
  toastError,
  useElementSize,
} from './index.ts'

/** A button that opens a dialog with a field and an action. */
function Asking({ onClose }: { onClose?: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const close = () => {
    setOpen(false)
    onClose?.()
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>Ask</Button>
      <Dialog isOpen={isOpen} onClose={close} title="Which one?" actions={<Button onClick={close}>Done</Button>}>
        <Input aria-label="Name" />
      </Dialog>
    </>
  )
}

test.for(['{Escape}', 'the cross', 'an action'])('a dialog is closed by %s, and the focus goes back', async (by) => {
  const { user } = await show(<Asking />)
  const ask = screen.getByRole('button', { name: 'Ask' })
  await user.click(ask)
  const dialog = await screen.findByRole('dialog', { name: 'Which one?' })
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true))
  if (by === '{Escape}') await user.keyboard(by)
  else await user.click(within(dialog).getByRole('button', { name: by === 'the cross' ? 'Close' : 'Done' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await waitFor(() => expect(document.activeElement).toBe(ask))
})

test('Tab stays in a dialog', async () => {
  const { user } = await show(<Asking />)
  await user.click(screen.getByRole('button', { name: 'Ask' }))
  const dialog = await screen.findByRole('dialog')
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true))
  const reached = new Set<string>()
  for (let i = 0; i < 6; i++) {
    await user.tab()
    await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true))
    reached.add(document.activeElement!.getAttribute('aria-label') ?? document.activeElement!.textContent ?? '')
  }
  expect([...reached]).toEqual(expect.arrayContaining(['Close', 'Name', 'Done']))
})

test('a dialog is closed in German', async () => {
  const { user } = await show(<Asking />, { locale: 'de' })
  await user.click(screen.getByRole('button', { name: 'Ask' }))
  expect(await screen.findByRole('button', { name: 'Schließen' })).toBeTruthy()
})

test('an icon says what it does, and whether it is on', async () => {
  const onClick = vi.fn<() => void>()
  const { user } = await show(
    <IconButton icon={Folder} label="Show folders" keys="Alt+F" isPressed onClick={onClick} />,
  )
  const button = screen.getByRole('button', { name: 'Show folders', pressed: true })
  await user.click(button)
  expect(onClick).toHaveBeenCalledOnce()
})

test('keys are shown one by one', async () => {
  await show(<Keys keys="Ctrl+Shift+K" />)
  expect([...document.querySelectorAll('kbd')].map((key) => key.textContent)).toEqual(['Ctrl', 'Shift', 'K'])
})

test('a field has its label and its hint', async () => {
  await show(
    <Field label="Address" hint="Such as 1.2.3.4">
      {(ids) => <Input {...ids} />}
    </Field>,
  )
  const field = screen.getByLabelText('Address')
  const hint = document.querySelector(`[id="${field.getAttribute('aria-describedby')}"]`)
  expect(hint?.textContent).toBe('Such as 1.2.3.4')
})

test('a list of choices and a switch say what was chosen', async () => {
  const chosen: unknown[] = []
  const choices = [
    { value: 'a', label: 'First' },
    { value: 'b', label: 'Second' },
  ]
  const { user } = await show(
    <>
      <Select aria-label="Which" value="a" choices={choices} onChange={(value) => chosen.push(value)} />
      <Switch label="Watch" isOn={false} onChange={(isOn) => chosen.push(isOn)} />
      <Switch label="Locked" isOn isDisabled onChange={(isOn) => chosen.push(isOn)} />
    </>,
  )
  await user.selectOptions(screen.getByLabelText('Which'), 'Second')
  await user.click(screen.getByRole('switch', { name: 'Watch' }))
  await user.click(screen.getByRole('switch', { name: 'Locked' }))
  expect(chosen).toEqual(['b', true])
})

function ThingsToDo({ onDo }: { onDo: (what: string) => void }) {
  return (
    <>
      <MenuItem keys="Enter" onClick={() => onDo('open')}>
        Open
      </MenuItem>
      <MenuItem isDisabled onClick={() => onDo('download')}>
        Download
      </MenuItem>
      <MenuChoice
        label="Sort by"
        value="name"
        choices={[
          { value: 'name', label: 'Name' },
          { value: 'size', label: 'Size' },
        ]}
        onChange={(value) => onDo(`sort by ${value}`)}
      />
      <MenuSwitch isOn={false} onChange={(isOn) => onDo(`reverse ${isOn}`)}>
        Reverse
      </MenuSwitch>
    </>
  )
}

test('a menu is opened and gone through by keys, and does what is chosen', async () => {
  const done: string[] = []
  const { user } = await show(
    <Menu trigger={<Button>More</Button>}>
      <ThingsToDo onDo={(what) => done.push(what)} />
    </Menu>,
  )
  const more = screen.getByRole('button', { name: 'More' })
  more.focus()
  await user.keyboard('{Enter}')
  const open = await screen.findByRole('menuitem', { name: /^Open/ })
  await waitFor(() => expect(document.activeElement).toBe(open))
  await user.keyboard('{Enter}')
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
  await user.click(more)
  await user.click(await screen.findByRole('menuitemradio', { name: 'Size' }))
  await user.click(more)
  await user.click(await screen.findByRole('menuitemcheckbox', { name: 'Reverse' }))
  expect(done).toEqual(['open', 'sort by size', 'reverse true'])
})

test('what cannot be done in a menu does nothing', async () => {
  const done: string[] = []
  const { user } = await show(
    <ContextMenu area={<div>Here</div>}>
      <ThingsToDo onDo={(what) => done.push(what)} />
    </ContextMenu>,
  )
  await user.pointer({ keys: '[MouseRight]', target: screen.getByText('Here') })
  const item = await screen.findByRole('menuitem', { name: 'Download' })
  expect(item.getAttribute('aria-disabled')).toBe('true')
  await user.click(item)
  expect(done).toEqual([])
})

test('a popover is closed by Escape', async () => {
  function Shown() {
    const [isOpen, setOpen] = useState(false)
    return (
      <Popover isOpen={isOpen} onOpenChange={setOpen} title="Size" trigger={<button type="button">Size</button>}>
        <p>Any</p>
      </Popover>
    )
  }
  const { user } = await show(<Shown />)
  await user.click(screen.getByRole('button', { name: 'Size' }))
  expect(await screen.findByText('Any')).toBeTruthy()
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByText('Any')).toBeNull())
})

const resizeCases = [
  { grows: 'before', key: '{ArrowRight}', from: 232, to: 248 },
  { grows: 'before', key: '{ArrowLeft}', from: 232, to: 216 },
  { grows: 'after', key: '{ArrowLeft}', from: 232, to: 248 },
  { grows: 'before', key: '{ArrowLeft}', from: 205, to: 200 },
  { grows: 'before', key: '{ArrowRight}', from: 315, to: 320 },
] as const

test.for(resizeCases)('the line between panels goes from $from to $to by $key', async ({ from, grows, key, to }) => {
  const onChange = vi.fn<(width: number) => void>()
  const { user } = await show(
    <ResizeHandle label="Width" width={from} least={200} most={320} grows={grows} onChange={onChange} />,
  )
  screen.getByRole('separator', { name: 'Width' }).focus()
  await user.keyboard(key)
  expect(onChange).toHaveBeenCalledExactlyOnceWith(to)
})

test('the line between panels is dragged', async () => {
  const onChange = vi.fn<(width: number) => void>()
  await show(<ResizeHandle label="Width" width={250} least={200} most={320} grows="before" onChange={onChange} />)
  const line = screen.getByRole('separator')
  fireEvent.pointerMove(line, { clientX: 500 })
  fireEvent.pointerDown(line, { clientX: 100, pointerId: 1 })
  fireEvent.pointerMove(line, { clientX: 130 })
  fireEvent.pointerMove(line, { clientX: 400 })
  fireEvent.pointerUp(line)
  fireEvent.pointerMove(line, { clientX: 100 })
  expect(onChange.mock.calls).toEqual([[280], [320]])
})

const names = [
  { what: 'a short name', name: 'a.txt', text: 'a.txt' },
  { what: 'a name that turns the text round', name: 'a\u202Egpj.exe', text: 'aU+202Egpj.exe' },
  { what: 'a name with a line break', name: 'a\nb', text: 'aU+000Ab' },
  { what: 'a name that looks like markup', name: '<b>', text: '<b>' },
]

test.for(names)('$what is shown as text', async ({ name, text }) => {
  await show(<SafeName name={name} isCut />)
  expect(document.querySelector('bdi')?.textContent).toBe(text)
  expect(document.querySelector('bdi b')).toBeNull()
})

test('a long name is read as one, and keeps its end in sight', async () => {
  const name = 'a very long name of a holiday photograph.jpeg'
  await show(<SafeName name={name} isCut />)
  const shown = document.querySelector('bdi')!
  const parts = [...shown.querySelectorAll('[aria-hidden="true"]')].map((part) => part.textContent)
  expect(parts.join('')).toBe(name)
  expect(parts[1]).toBe('aph.jpeg')
  expect(shown.querySelector('.sr-only')?.textContent).toBe(name)
  expect(shown.title).toBe(name)
})

test('what was found in a text stands out, also across what cannot be seen', async () => {
  await show(<SafeText text={'water\u200Bfall'} marks={[[3, 8]]} />)
  expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['erU+200Bfa'])
})

test('what is found in a cut name is marked in both of its parts', async () => {
  const name = 'a very long name of a holiday photograph.jpeg'
  await show(<SafeName name={name} isCut marks={[[30, 40]]} />)
  expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['photogr', 'aph'])
})

test('what the daemon said is said in the language of the page, with its own words below', async () => {
  const error = new ClientError('DiskFull', 'no space left on /media/disk', { details: { path: '/media/disk/a' } })
  await show(<Said of={error} />, { locale: 'de' })
  expect(document.body.textContent).toContain(
    '/media/disk/a: Auf dem Datenträger ist kein Platz mehr. Es geht weiter, sobald wieder welcher frei ist.',
  )
  expect(document.querySelector('[lang=en]')?.textContent).toBe('no space left on /media/disk')
})

test('in English the daemon’s own words are enough, and so they are where the code is not known', async () => {
  await show(<Said of={new ClientError('DiskFull', 'no space left')} />)
  expect(document.body.textContent).toBe('no space left')
})

test('a code that no language knows is said in the daemon’s words', async () => {
  await show(<Said of={{ code: 'Whatever', message: 'it rains' }} />, { locale: 'de' })
  expect(document.body.textContent).toBe('it rains')
  expect(document.querySelector('[lang=en]')).toBeNull()
})

test('an error says what failed, is tried again, and is copied with its details', async () => {
  const onRetry = vi.fn<() => void>()
  const error = new ClientError('Internal', 'it broke', { details: { path: '/a' } })
  const { user } = await show(<ErrorNote error={error} title="It cannot be shown" onRetry={onRetry} />)
  const note = screen.getByRole('alert')
  expect(note.textContent).toContain('It cannot be shown')
  expect(note.textContent).toContain('it broke')
  await user.click(within(note).getByRole('button', { name: 'Try again' }))
  expect(onRetry).toHaveBeenCalledOnce()
  await user.click(within(note).getByRole('button', { name: 'Copy details' }))
  expect(await toastOf('Copied')).toBeTruthy()
  expect(JSON.parse(await navigator.clipboard.readText())).toMatchObject({
    code: 'Internal',
    message: 'it broke',
    details: { path: '/a' },
    version: 'test',
  })
})

test('an empty state says what belongs there; the one of a whole page is its title', async () => {
  await show(
    <EmptyState icon={Folder} title="Nothing here" isPage action={<Button>Add</Button>}>
      Files appear here.
    </EmptyState>,
  )
  expect(screen.getByRole('heading', { level: 1, name: 'Nothing here' })).toBeTruthy()
  expect(document.title).toBe('Nothing here – Spacedrive')
  expect(screen.getByRole('button', { name: 'Add' })).toBeTruthy()
})

const bars = [
  { part: 0.256, now: '26', width: '26%' },
  { part: 0, now: '0', width: '0%' },
  { part: null, now: null, width: '100%' },
]

test.for(bars)('a bar of $part says $now', async ({ now, part, width }) => {
  await show(<ProgressBar part={part} label="Copying" />)
  const bar = screen.getByRole('progressbar', { name: 'Copying' })
  expect(bar.getAttribute('aria-valuenow')).toBe(now)
  expect((bar.firstElementChild as HTMLElement).style.width).toBe(width)
})

test('a toast says what was done, and does one thing about it', async () => {
  const run = vi.fn<() => void>()
  const { user } = await show(<p>Page</p>)
  toast('The path was copied', { text: '/a', action: { label: 'Look', run } })
  expect(await toastOf('The path was copied')).toBeTruthy()
  expect(await toastOf('/a')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Look' }))
  expect(run).toHaveBeenCalledOnce()
})

test('a toast of an error says why, until it is closed', async () => {
  const { user } = await show(<p>Page</p>)
  toastError('It could not be opened', new ClientError('Offline', 'the disk is away'))
  await toastOf('It could not be opened')
  expect(await toastOf('the disk is away')).toBeTruthy()
  await user.click(screen.getByLabelText('Close'))
  await waitFor(() => expect(screen.queryByText('the disk is away')).toBeNull())
})

const deviceCases = [
  { device: aDevice('bob'), en: 'connected directly', de: 'direkt verbunden' },
  { device: aDevice('bob', { path: 'relay' }), en: 'connected through a relay', de: 'über einen Vermittler verbunden' },
  {
    device: aDevice('bob', { state: 'disconnected', path: null }),
    en: 'not reachable since Mar 12, 2024',
    de: 'nicht erreichbar seit 12.03.2024',
  },
  { device: aDevice('bob', { state: 'disconnected', lastSeenAt: null }), en: 'not reachable', de: 'nicht erreichbar' },
  { device: aDevice('bob', { state: 'blocked' }), en: 'blocked', de: 'gesperrt' },
  { device: aDevice('bob', { state: 'paired' }), en: 'not connected yet', de: 'noch nicht verbunden' },
] as const

test.for(deviceCases)('a device is $en', async ({ de, device, en }) => {
  await show(
    <>
      <DeviceMark device={device} hasText />
      <DeviceMark device={device} />
    </>,
  )
  expect(screen.getAllByText(en)).toHaveLength(2)
  usePreferences.setState({ locale: 'de' })
  expect(await screen.findAllByText(de)).toHaveLength(2)
})

test('a film says what it is and how long, where that is known', async () => {
  await show(
    <>
      <FilmMark entry={aFile('/a.mp4', { thumb: aThumb({ durationMs: 3_787_000 }) })} label="Video" />
      <FilmMark entry={aFile('/b.mp4')} label="Film" />
    </>,
  )
  expect(document.body.textContent).toBe('Video1:03:07Film')
})

test('every type of file has a group with a colour, and a sign', async () => {
  const types: readonly Entry['type'][] = [
    'image',
    'mesh',
    'text',
    'spreadsheet',
    'config',
    'key',
    'unknown',
    'package',
  ]
  expect(types.map(kindGroup)).toEqual(['image', 'image', 'document', 'document', 'code', 'other', 'other', 'archive'])
  expect(kindColor('audio')).toBe('var(--kind-audio)')
  await show(
    <>
      <KindIcon entry={aFolder('/a')} />
      <KindIcon entry={aFile('/a.jpg')} />
      <KindIcon entry={{ kind: 'symlink', type: 'image' }} />
    </>,
  )
  const signs = [...document.querySelectorAll('svg')].map((sign) => sign.classList[1])
  expect(new Set(signs).size).toBe(3)
})

const library = libraryId(1)
const pictured = (other: Partial<Entry> = {}) =>
  aFile('/p/a.jpg', { contentId: contentId(3), thumb: aThumb(), ...other })

interface PictureCase {
  readonly what: string
  readonly entry: Entry
  readonly size: number
  readonly address: RegExp
}

const pictureCases: readonly PictureCase[] = [
  { what: 'the smallest that is sharp', entry: pictured(), size: 100, address: /\/thumbs\/grid%401x\.webp\?v=v1&/ },
  { what: 'a larger one for a larger tile', entry: pictured(), size: 300, address: /\/thumbs\/grid%402x\.webp/ },
  { what: 'the largest there is', entry: pictured(), size: 2_000, address: /\/thumbs\/grid%402x\.webp/ },
  {
    what: 'the original where it is small',
    entry: aFile('/p/a.jpg', { id: entryId(4) }),
    size: 100,
    address: /\/media\/entry\/00000000-0000-7000-8000-000000000001\/.*4\/a\.jpg\?session=/,
  },
  {
    what: 'the original by its path where it is not indexed',
    entry: aFile('/p/a b.jpg'),
    size: 100,
    address: /\/media\/file\/a%20b\.jpg\?path=%2Fp%2Fa%20b\.jpg&session=/,
  },
  {
    what: 'nothing of a large original',
    entry: aFile('/p/a.jpg', { size: 5_000_000 }),
    size: 100,
    address: /^nothing$/,
  },
  { what: 'nothing of what browsers cannot show', entry: aFile('/p/a.pdf'), size: 100, address: /^nothing$/ },
  {
    what: 'what another device has made',
    entry: pictured({ path: 'local://bob/a.jpg' }),
    size: 100,
    address: /\/media\/remote\/bob\/thumb\?path=local%3A%2F%2Fbob%2Fa\.jpg&variant=grid%401x&v=v1/,
  },
  { what: 'no file of another device', entry: aFile('local://bob/a.jpg'), size: 100, address: /^nothing$/ },
]

test.for(pictureCases)('of a file $what is shown', ({ address, entry, size }) => {
  expect(pictureUrl(entry, library, size) ?? 'nothing').toMatch(address)
})

test('a picture is as large as it is, and stands in a square', async () => {
  await show(<Thumbnail entry={pictured({ thumb: aThumb({ width: 50, height: 25 }) })} library={library} size={100} />)
  const image = document.querySelector('img')!
  expect([image.style.width, image.style.height]).toEqual(['50px', '25px'])
  expect(image.parentElement!.style.width).toBe('100px')
})

test('a picture that is smaller than the square it fills is not enlarged', async () => {
  const thumb = aThumb({ width: 50, height: 400 })
  await show(<Thumbnail entry={pictured({ thumb })} library={library} size={100} isFilling />)
  const image = document.querySelector('img')!
  expect([image.style.width, image.style.height]).toEqual(['50px', '100px'])
})

test('a panorama that fills a square is loaded sharp, but not without end', async () => {
  const ready = ['grid@1x', 'detail@1x', 'detail@2x']
  const thumb = (width: number) => aThumb({ width, height: 100, ready })
  await show(
    <>
      <Thumbnail entry={pictured({ thumb: thumb(400) })} library={library} size={200} isFilling />
      <Thumbnail entry={pictured({ thumb: thumb(4_000) })} library={library} size={200} isFilling />
    </>,
  )
  const shown = [...document.querySelectorAll('img')].map(({ src }) => /thumbs\/(.*?)\.webp/.exec(src)?.[1])
  expect(shown).toEqual(['detail%401x', 'detail%401x'])
})

test('a picture that is broken gives way to the sign of its kind', async () => {
  await show(<Thumbnail entry={pictured()} library={library} size={100} />)
  const image = document.querySelector('img')!
  fireEvent.error(image)
  await waitFor(() => expect(document.querySelector('img')).toBeNull())
  expect(document.querySelector('svg')).not.toBeNull()
})

test('an element tells its size once it has one', async () => {
  function Measured() {
    const [attach, size] = useElementSize()
    return <div ref={attach}>{size ? `${size.width} by ${size.height}` : 'unknown'}</div>
  }
  await show(<Measured />)
  expect(await screen.findByText('1000 by 560')).toBeTruthy()
})
