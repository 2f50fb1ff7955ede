// @vitest-environment happy-dom
import { preview, served } from '../../../testing/preview.tsx'
import { toastOf } from '../../../testing/page.tsx'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { Refusal } from '../../../testing/fake-daemon.ts'
import {
  aFile,
  aFolder,
  aLocation,
  anInfo,
  aSidecar,
  aThumb,
  aVolume,
  contentId,
  entryId,
  volumeId,
} from '../../../testing/things.ts'

const indexed = { id: entryId(1), contentId: contentId(1) }

test('a preview has the name, the size, and ways to the next and the previous file', async () => {
  const { dialog, user } = await preview(aFile('/p/b.zip'), {
    beside: [aFile('/p/a.zip'), aFile('/p/c.zip')],
    answers: { 'files.archive': ({ path }) => ({ path, format: 'zip', items: [], total: 0, truncated: false }) },
  })
  expect(within(dialog).getByText('1 kB')).toBeTruthy()
  expect(within(dialog).getByText('2 of 3')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Next' }))
  const next = await screen.findByRole('dialog', { name: 'Preview of c.zip' })
  expect(within(next).getByRole('button', { name: 'Next' }).hasAttribute('disabled')).toBe(true)
  await user.keyboard('{ArrowLeft}{ArrowLeft}')
  expect(await screen.findByRole('dialog', { name: 'Preview of a.zip' })).toBeTruthy()
})

test('Escape closes the preview, and the focus is on the row of the file that was shown last', async () => {
  const { user } = await preview(aFolder('/p/a'), { beside: [aFolder('/p/b')] })
  await screen.findByText('1 of 2')
  await user.keyboard('{ArrowRight}')
  await screen.findByRole('dialog', { name: 'Preview of b' })
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await waitFor(() => expect(document.activeElement?.querySelector('bdi')?.textContent).toBe('b'))
})

test('a file is downloaded, and opened with its program', async () => {
  const { daemon, dialog, user } = await preview(aFile('/p/a.exe'), {
    answers: { 'files.open': () => ({ path: '/p/a.exe', program: 'Notes' }) },
  })
  const download = within(dialog).getAllByRole('link', { name: 'Download' })[0]!
  expect(download.getAttribute('href')).toMatch(
    /^http:\/\/media\.test\/media\/file\/a\.exe\?path=%2Fp%2Fa\.exe&download=1&session=session&until=\d+&sig=/,
  )
  await user.click(within(dialog).getAllByRole('button', { name: 'Open with its application' })[0]!)
  await waitFor(() => expect(daemon.asksOf('files.open')).toEqual([{ path: '/p/a.exe' }]))
})

test('what nothing here can show is told by what is known of it', async () => {
  const { dialog } = await preview(aFile('/p/a.exe'))
  await within(dialog).findByText('There is no preview for this type of file.')
  expect(dialog.textContent).toContain('File · 1 kB · Mar 12, 2024')
})

test('a folder says what is in it', async () => {
  const { dialog } = await preview(aFolder('/p/trip', { fileCount: 12, totalSize: 5_000_000 }), { locale: 'de' })
  await waitFor(() => expect(dialog.textContent).toContain('Ordner · 12 Dateien, 5 MB'))
  expect(within(dialog).queryByRole('link')).toBeNull()
})

test('a file that cannot be looked at says why, and is asked for again', async () => {
  const entry = aFile('/p/a.exe')
  const { daemon, dialog, user } = await preview(entry, {
    answers: {
      'files.info': () => {
        throw new Refusal('Internal', 'the index is broken')
      },
    },
  })
  await within(dialog).findByText('It could not be loaded')
  daemon.answer({ 'files.info': () => anInfo(entry) })
  await user.click(within(dialog).getByRole('button', { name: 'Try again' }))
  expect(await within(dialog).findByText('There is no preview for this type of file.')).toBeTruthy()
})

test('a file whose disk is away says which to plug in', async () => {
  const copies = [{ path: '/p/a.exe', device: 'alice', volume: 'Stick', online: false }]
  const { dialog } = await preview(aFile('/p/a.exe'), { info: { online: false, copies } })
  expect((await within(dialog).findByRole('status')).textContent).toBe(
    'This file is on Stick, which is not plugged in. Plug Stick in to open it. Its thumbnail and texts, if there are any, are below.',
  )
  expect(within(dialog).queryByRole('link', { name: 'Download' })).toBeNull()
})

test('a file whose folder was moved says so, and which folder to put back', async () => {
  const copies = [{ path: '/p/a.exe', device: 'alice', volume: 'Root', online: false }]
  const { dialog } = await preview(aFile('/p/a.exe'), {
    info: { online: false, copies },
    answers: {
      'locations.list': () => [aLocation('/p', { volumeId: volumeId(5), state: 'offline' })],
      'volumes.list': () => [aVolume('Root', { id: volumeId(5) })],
    },
  })
  const note = await within(dialog).findByRole('status')
  await waitFor(() => expect(note.textContent).toContain('This file is in the folder of p, which cannot be opened'))
  expect(note.textContent).toContain('If the folder was moved or renamed, put it back.')
})

test('a copy that can be reached stands in for a file that cannot', async () => {
  served.set('b.txt', 'the same words')
  const copies = [
    { path: '/p/a.txt', device: 'alice', volume: 'Stick', online: false },
    { path: '/disk/b.txt', device: 'alice', volume: 'Disk', online: true },
  ]
  const { dialog } = await preview(aFile('/p/a.txt'), { info: { online: false, copies } })
  await within(dialog).findByText(/Shown from its copy \/disk\/b\.txt on Disk\./)
  const download = within(dialog).getByRole('link', { name: 'Download' })
  expect(download.getAttribute('href')).toContain('path=%2Fdisk%2Fb.txt')
})

const photo = aFile('/p/photo.jpg', { ...indexed, thumb: aThumb({ width: 2_000, height: 1_120 }) })

test('a picture fits into the window, is zoomed by keys and buttons, and fits again', async () => {
  const { dialog, user } = await preview(photo)
  // Of 2,000 pixels 1,000 are seen.
  expect(await within(dialog).findByText('50%')).toBeTruthy()
  await user.keyboard('+')
  await waitFor(() => expect(within(dialog).queryByText('50%')).toBeNull())
  await user.keyboard('0')
  expect(await within(dialog).findByText('50%')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Larger' }))
  await user.click(within(dialog).getByRole('button', { name: 'Smaller' }))
  expect(await within(dialog).findByText('50%')).toBeTruthy()
  expect(within(dialog).getByAltText('photo.jpg').getAttribute('src')).toContain('/media/entry/')
})

test('a format that browsers cannot show is shown by its thumbnail, which says so', async () => {
  const heic = aFile('/p/a.heic', { ...indexed, type: 'image', mime: 'image/heic', thumb: aThumb() })
  const { dialog } = await preview(heic, {
    info: { sidecars: [aSidecar('thumb', { variant: 'detail@2x', format: 'webp', checksum: '12345678' })] },
  })
  expect(await within(dialog).findByText(/Browsers cannot show this format: this is its thumbnail\./)).toBeTruthy()
  expect(within(dialog).getByAltText('a.heic').getAttribute('src')).toContain('/thumbs/detail%402x.webp?v=1-12345678')
})

test('a picture that is damaged says so, and what can be done', async () => {
  served.set('photo.jpg', 'no picture')
  const { dialog } = await preview(aFile('/p/photo.jpg', { thumb: aThumb({ ready: [] }) }))
  fireEvent.error(await within(dialog).findByAltText('photo.jpg'))
  await within(dialog).findByRole('heading', { name: 'This picture cannot be shown' })
  expect(await within(dialog).findByText(/not the kind of picture that its name says/)).toBeTruthy()
})

test('a picture that cannot be read says what the daemon says', async () => {
  const { dialog } = await preview(aFile('/p/photo.jpg', { thumb: aThumb({ ready: [] }) }), { locale: 'de' })
  fireEvent.error(await within(dialog).findByAltText('photo.jpg'))
  expect(await within(dialog).findByText(/Das gibt es nicht oder nicht mehr\./)).toBeTruthy()
})

const words = {
  pages: [
    {
      page: 1,
      text: 'quick brown dog',
      words: [
        { text: 'quick', box: [0.1, 0.1, 0.2, 0.05] },
        { text: 'brown', box: [0.4, 0.1, 0.2, 0.05] },
      ],
    },
  ],
}

test('words that were found in a picture lie over it, and their text is beside it', async () => {
  served.set('/ocr/default.json', JSON.stringify(words))
  const { dialog, user } = await preview(photo, { info: { sidecars: [aSidecar('ocr')] } })
  await user.click(await within(dialog).findByRole('button', { name: 'Show the words found in the picture' }))
  const layer = within(dialog).getByRole('group', { name: 'Words in the picture' })
  expect(layer.textContent).toMatch(/quick\s*brown/)
  await user.click(within(dialog).getByRole('button', { name: 'Text found' }))
  expect(within(dialog).getByRole('complementary', { name: 'Text found' }).textContent).toContain('quick brown dog')
})

test('the pages of a scan that are read already are shown, and that more are being read', async () => {
  served.set('/ocr/default.json', JSON.stringify({ ...words, unfinished: true }))
  const sidecar = aSidecar('ocr', { state: 'generating', path: '/library/ocr/default.json' })
  const { dialog, user } = await preview(photo, { info: { sidecars: [sidecar] } })
  await user.click(await within(dialog).findByRole('button', { name: 'Text found' }))
  const panel = within(dialog).getByRole('complementary', { name: 'Text found' })
  expect(panel.textContent).toContain('quick brown dog')
  expect(panel.textContent).toContain('More pages are being read.')
})

test('a text is read in pieces, and the next one at a click', async () => {
  served.set('long.txt', `${'0123456789\n'.repeat(30_000)}the end`)
  const { dialog, user } = await preview(aFile('/p/long.txt'))
  const lines = await within(dialog).findByRole('region', { name: 'Lines of the file' })
  await waitFor(() => expect(lines.textContent).toContain('0123456789'))
  expect(within(dialog).getByText('262 kB of 330 kB shown')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Load more' }))
  expect(await within(dialog).findByText('330 kB of 330 kB shown')).toBeTruthy()
  expect(within(dialog).queryByRole('button', { name: 'Load more' })).toBeNull()
  await user.click(within(dialog).getByRole('button', { name: 'Copy all that is loaded' }))
  expect(await navigator.clipboard.readText()).toMatch(/the end$/)
})

test('markup in a text stays text', async () => {
  served.set('a.txt', '<img src=x onerror=alert(1)>')
  const { dialog } = await preview(aFile('/p/a.txt'))
  expect(await within(dialog).findByText('<img src=x onerror=alert(1)>')).toBeTruthy()
  expect(dialog.querySelector('img[src="x"]')).toBeNull()
})

const texts = [
  { what: 'an empty file', text: '', says: 'This file is empty.' },
  { what: 'bytes that are no letters', text: '\u0000\u0001\u0002binary', says: 'This does not look like text' },
]

test.for(texts)('$what says so', async ({ says, text }) => {
  served.set('a.txt', text)
  const { dialog } = await preview(aFile('/p/a.txt'))
  expect(await within(dialog).findByText(says)).toBeTruthy()
})

test('bytes that are no letters are shown anyway where somebody wants that', async () => {
  served.set('a.txt', '\u0000\u0001\u0002binary')
  const { dialog, user } = await preview(aFile('/p/a.txt'))
  await user.click(await within(dialog).findByRole('button', { name: 'Show it anyway' }))
  expect((await within(dialog).findByRole('region', { name: 'Lines of the file' })).textContent).toContain('binary')
})

test('a text that cannot be read says why', async () => {
  const { dialog } = await preview(aFile('/p/a.txt'))
  expect(await within(dialog).findByText(/nothing is at \/media\/file\/a\.txt/)).toBeTruthy()
})

const member = (path: string, size: number | null, encrypted = false) => ({
  path,
  kind: 'file' as const,
  size,
  compressedSize: null,
  modifiedAt: '2024-03-12T12:00:00Z',
  encrypted,
})

test('an archive is listed in its order, with what needs a password', async () => {
  const { dialog } = await preview(aFile('/p/a.zip'), {
    answers: {
      'files.archive': ({ path }) => ({
        path,
        format: 'zip',
        items: [member('notes/one.txt', 1_500), member('secret.txt', null, true)],
        total: 2,
        truncated: true,
      }),
    },
  })
  const table = await within(dialog).findByRole('treegrid', { name: 'Content of the archive' })
  const rows = () => within(table).getAllByRole('row').slice(1)
  expect(rows().map((each) => each.getAttribute('aria-level'))).toEqual(['1', '2', '1'])
  expect(rows()[1]!.textContent).toContain('1.5 kB')
  expect(within(rows()[2]!).getByLabelText('needs a password')).toBeTruthy()
  expect(dialog.textContent).toContain('zip2 entriesNot everything is listed')
})

test('folders of an archive are opened and closed by keys and by a press', async () => {
  const { dialog, user } = await preview(aFile('/p/a.zip'), {
    answers: {
      'files.archive': ({ path }) => ({
        path,
        format: 'zip',
        items: [member('notes/one.txt', 1), member('two.txt', 1)],
        total: 2,
        truncated: false,
      }),
    },
  })
  const tree = await within(dialog).findByRole('treegrid')
  const active = () => tree.querySelector(`[id="${tree.getAttribute('aria-activedescendant')}"]`)?.textContent
  const levels = () =>
    within(tree)
      .getAllByRole('row')
      .slice(1)
      .map((each) => each.getAttribute('aria-level'))
  tree.focus()
  await user.keyboard('{ArrowDown}')
  expect(active()).toMatch(/^one/)
  await user.keyboard('{ArrowLeft}{ArrowLeft}')
  expect(levels()).toEqual(['1', '1'])
  expect(within(tree).getAllByRole('row')[1]?.getAttribute('aria-expanded')).toBe('false')
  await user.click(within(tree).getByText('notes'))
  expect(levels()).toEqual(['1', '2', '1'])
  // Arrows in the tree are the tree's own: the preview still shows the same file.
  expect(screen.getByRole('dialog', { name: 'Preview of a.zip' })).toBeTruthy()
})

test('a large archive is listed a thousand at a time', async () => {
  const { daemon, dialog, user } = await preview(aFile('/p/a.zip'), {
    answers: {
      'files.archive': ({ limit, offset, path }) => ({
        path,
        format: 'zip',
        items: Array.from({ length: Math.min(limit, 1_500 - offset) }, (_, i) => member(`${offset + i}.txt`, 1)),
        total: 1_500,
        truncated: false,
      }),
    },
  })
  await user.click(await within(dialog).findByRole('button', { name: 'Load more' }))
  await waitFor(() => expect(daemon.asksOf('files.archive').map(({ offset }) => offset)).toEqual([0, 1_000]))
  await waitFor(() => expect(within(dialog).queryByRole('button', { name: 'Load more' })).toBeNull())
})

test('an archive that is damaged says so', async () => {
  const { dialog } = await preview(aFile('/p/a.zip'), {
    answers: {
      'files.archive': () => {
        throw new Refusal('Corrupt', 'the archive ends early')
      },
    },
  })
  expect(await within(dialog).findByText('The content of this archive cannot be listed')).toBeTruthy()
  expect(within(dialog).getByText('the archive ends early')).toBeTruthy()
})

const letter = aFile('/p/letter.docx', { ...indexed, type: 'document', mime: 'application/msword' })

test('a document is read by its text, a page at a time', async () => {
  served.set(
    '/text/default.json',
    JSON.stringify({
      pages: [
        { page: 1, text: 'Dear Ann' },
        { page: 2, title: 'The end', text: 'Yours' },
      ],
      truncated: true,
    }),
  )
  const { dialog, user } = await preview(letter, { info: { sidecars: [aSidecar('text')] } })
  expect((await within(dialog).findByRole('article')).textContent).toBe('Dear Ann')
  await user.click(within(dialog).getAllByRole('button', { name: 'Next' }).at(-1)!)
  const article = await within(dialog).findByRole('article', { name: 'The end' })
  expect(article.textContent).toBe('The endYoursThe file has more text than is stored.')
  await user.click(within(dialog).getByRole('button', { name: 'Copy text' }))
  expect(await navigator.clipboard.readText()).toBe('Yours')
  expect(await toastOf('Copied')).toBeTruthy()
})

const documents = [
  { what: 'pending', sidecars: [aSidecar('text', { state: 'pending' })], says: 'Its text has not been extracted yet.' },
  {
    what: 'failed',
    sidecars: [aSidecar('text', { state: 'failed', error: { code: 'Corrupt', message: 'it is cut off' } })],
    says: 'No text could be extracted from it: it is cut off',
  },
  { what: 'not wanted', sidecars: [], says: 'There is no preview for this type of file.' },
] as const

test.for(documents)('a document whose text is $what says so', async ({ says, sidecars }) => {
  const { dialog } = await preview(letter, { info: { sidecars: [...sidecars] } })
  await waitFor(() => expect(dialog.textContent).toContain(says))
})

const film = aFile('/p/film.mp4', indexed)

test('what is said in a film is beside it, and a click plays from there', async () => {
  const segments = [
    { startMs: 65_000, endMs: 70_000, text: 'the second' },
    { startMs: 1_000, endMs: 4_000, text: 'the first' },
  ]
  served.set('/transcript/default.json', JSON.stringify({ language: 'en', segments }))
  const { dialog, user } = await preview(film, {
    info: { sidecars: [aSidecar('transcript'), aSidecar('transcript', { format: 'vtt' })] },
  })
  const panel = await within(dialog).findByRole('complementary', { name: 'What is said' })
  const lines = within(panel).getAllByRole('listitem')
  expect(lines.map((line) => line.textContent)).toEqual([
    expect.stringContaining('the first'),
    expect.stringContaining('the second'),
  ])
  const player = dialog.querySelector('video')!
  await user.click(within(lines[1]!).getByRole('button'))
  expect(player.currentTime).toBe(65)
  fireEvent.timeUpdate(player)
  await waitFor(() =>
    expect(
      lines[1]!.getAttribute('aria-current') ?? within(lines[1]!).getByRole('button').getAttribute('aria-current'),
    ).toBe('time'),
  )
  expect(player.querySelector('track')?.getAttribute('src')).toContain('/transcript/default.vtt')
})

test('a film that the browser cannot play has a small copy made', async () => {
  served.set('film.mp4', 'bytes')
  const { daemon, dialog, user } = await preview(film, {
    info: { sidecars: [] },
    answers: { 'sidecars.path': () => ({ contentId: contentId(1), path: null, pending: true, remote: null }) },
  })
  fireEvent.error(await waitFor(() => dialog.querySelector('video')!))
  await within(dialog).findByRole('heading', { name: 'This browser cannot play it' })
  await user.click(within(dialog).getByRole('button', { name: 'Make a small copy that plays' }))
  await waitFor(() =>
    expect(daemon.asksOf('sidecars.path')).toEqual([{ target: contentId(1), kind: 'proxy', variant: 'quick' }]),
  )
})

test.each(['Corrupt', 'Unsupported'])('no small copy is offered of a film that fails as %s', async (code) => {
  served.set('film.mp4', 'bytes')
  const error = { code, message: 'the video has no frames' }
  const { dialog } = await preview(film, {
    info: { sidecars: [aSidecar('thumb', { state: 'failed', path: null, error })] },
  })
  fireEvent.error(await waitFor(() => dialog.querySelector('video')!))
  expect(await within(dialog).findByText('the video has no frames')).toBeTruthy()
  expect(within(dialog).queryByRole('button', { name: 'Make a small copy that plays' })).toBeNull()
})

test('a small copy that is there is played instead, and said to be one', async () => {
  served.set('film.mp4', 'bytes')
  const { dialog, user } = await preview(film, {
    info: { sidecars: [aSidecar('proxy', { variant: 'quick', format: 'mp4' })] },
  })
  fireEvent.error(await waitFor(() => dialog.querySelector('video')!))
  await user.click(await within(dialog).findByRole('button', { name: 'Play the small copy' }))
  expect(dialog.querySelector('video')?.getAttribute('src')).toContain('/proxies/quick.mp4')
  expect(within(dialog).getByText('This is a small copy, made for playing.')).toBeTruthy()
})

test('a recording has its title and by whom', async () => {
  const { dialog } = await preview(aFile('/p/song.mp3', indexed), {
    info: { metadata: { title: 'Whale song', artist: 'Whales', album: 'Deep' } },
  })
  expect(await within(dialog).findByText('Whale song')).toBeTruthy()
  expect(within(dialog).getByText('Whales · Deep')).toBeTruthy()
  expect(dialog.querySelector('audio')?.getAttribute('aria-label')).toBe('song.mp3')
})

test('the cover of a recording is asked for before all else, and shown when it is made', async () => {
  const song = aFile('/p/song.mp3', indexed)
  const { daemon, dialog } = await preview(song, {
    answers: { 'sidecars.want': () => [] },
  })
  await waitFor(() =>
    expect(daemon.asksOf('sidecars.want')).toMatchObject([
      { kind: 'thumb', variants: ['detail@2x'], contentIds: [contentId(1)] },
    ]),
  )
  expect(dialog.querySelector('[data-cover="none"]')).not.toBeNull()
  daemon.answer({
    'files.info': () => anInfo(song, { sidecars: [aSidecar('thumb', { variant: 'detail@2x', format: 'webp' })] }),
  })
  daemon.emit('sidecars.changed', { kind: 'thumb', state: 'ready', contentIds: [contentId(1)], more: false })
  const cover = await within(dialog).findByRole('img', { name: 'Cover' })
  expect(cover.getAttribute('src')).toContain('/thumbs/detail%402x.webp')
})

/** A font as a browser loads it: of bytes that are no font it makes none. */
class FakeFont {
  readonly family: string
  readonly #bytes: ArrayBuffer
  constructor(family: string, bytes: ArrayBuffer) {
    this.family = family
    this.#bytes = bytes
  }
  load(): Promise<this> {
    const isFont = new TextDecoder().decode(this.#bytes).startsWith('OTTO')
    return isFont ? Promise.resolve(this) : Promise.reject(new Error('these bytes are no font'))
  }
}

const font = aFile('/p/serif.otf', { ...indexed, type: 'font', mime: 'font/otf' })

/** The fonts of the document while a test runs. */
function stubFonts(): Set<FakeFont> {
  const fonts = new Set<FakeFont>()
  vi.stubGlobal('FontFace', FakeFont)
  Object.defineProperty(document, 'fonts', { configurable: true, value: fonts })
  return fonts
}

test('a font writes what is typed, in several sizes, and is gone with its preview', async () => {
  const fonts = stubFonts()
  served.set('/serif.otf', 'OTTO')
  const { dialog, user } = await preview(font)
  await user.type(await within(dialog).findByRole('textbox'), 'Whale')
  const lines = within(dialog).getAllByText('Whale')
  expect(lines.map(({ style }) => style.fontSize)).toEqual(['64px', '40px', '28px', '20px', '15px', '12px'])
  expect([...fonts].map(({ family }) => family)).toEqual([lines[0]!.parentElement!.style.fontFamily])
  fireEvent.keyDown(dialog, { key: 'Escape' })
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect([...fonts]).toEqual([])
})

const brokenFonts = [
  { what: 'that is damaged', bytes: 'no font', says: 'these bytes are no font' },
  { what: 'that is not there', bytes: null, says: 'nothing is at' },
]

test.for(brokenFonts)('a font $what says so, and can be downloaded', async ({ bytes, says }) => {
  stubFonts()
  if (bytes !== null) served.set('/serif.otf', bytes)
  const { dialog } = await preview(font)
  await waitFor(() => expect(within(dialog).getByRole('alert').textContent).toContain(says))
  expect(within(dialog).getAllByRole('link', { name: 'Download' }).length).toBeGreaterThan(1)
})
