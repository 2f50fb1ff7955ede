// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../testing/page.tsx'
import type { FileInfo } from '@spacedrive/core/domain'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import {
  aDevice,
  aFile,
  aFolder,
  anInfo,
  aSidecar,
  aThumb,
  contentId,
  deviceId,
  entryId,
  THEN,
} from '../../../testing/things.ts'

const photo = aFile('/p/photo.jpg', { id: entryId(1), contentId: contentId(1), size: 2_345_678, createdAt: THEN })
const files = new FakeFiles(
  photo,
  aFile('/p/other.txt'),
  aFolder('/p/folder', { childCount: 3, fileCount: 12, totalSize: 5_000_000 }),
)

interface InspectorOptions {
  readonly info?: Partial<FileInfo>
  readonly answers?: Answers
  readonly locale?: 'en' | 'de'
}

/** The inspector of the photo. */
async function inspect({ answers, info, locale = 'en' }: InspectorOptions = {}) {
  const page = await openPage('/browse?path=/p&sel=/p/photo.jpg&inspector=true', {
    answers: {
      ...files.answers,
      'files.info': ({ path }) => (path === photo.path ? anInfo(photo, info) : files.answers['files.info']!({ path })),
      'network.where': () => ({ contentId: contentId(1), devices: [] }),
      ...answers,
    },
    locale,
  })
  const name = locale === 'de' ? 'Einzelheiten' : 'Inspector'
  const inspector = await screen.findByRole('complementary', { name })
  await within(inspector).findAllByText('photo.jpg')
  await within(inspector).findByRole('heading', { name: locale === 'de' ? 'Identität' : 'Identity' })
  return { ...page, inspector }
}

/** What a part of the inspector says. */
function part(inspector: HTMLElement, title: string): HTMLElement {
  return within(inspector).getByRole('heading', { name: title }).closest('section')!
}

test('a file is told with its size to the byte, its kind and its times', async () => {
  const { inspector } = await inspect()
  const facts = part(inspector, 'File')
  expect(facts.textContent).toContain('Size2.35 MB (2,345,678)')
  expect(facts.textContent).toContain('4.1 kB on the disk')
  expect(facts.textContent).toContain('Kindimage/jpeg')
  expect(facts.textContent).toMatch(/ChangedMar 12, 2024, .*CreatedMar 12, 2024/)
})

test('a file is told in German', async () => {
  const { inspector } = await inspect({ locale: 'de' })
  expect(part(inspector, 'Datei').textContent).toContain('Größe2,35 MB (2.345.678)')
  expect(part(inspector, 'Wo es liegt').textContent).toContain('Ob es Kopien gibt, ist nicht bekannt')
})

test('where a file is: this copy, others, and which volume to plug in', async () => {
  const { inspector } = await inspect({
    info: {
      copies: [
        { path: '/p/photo.jpg', device: 'alice', volume: 'Disk', online: true },
        { path: '/usb/copy.jpg', device: 'alice', volume: 'Stick', online: false },
      ],
    },
  })
  const where = part(inspector, 'Where it is')
  expect(where.textContent).toContain('2 copies')
  expect(where.textContent).toContain('Disk on alice · here')
  expect(where.textContent).toContain('Stick on alice · not here: plug Stick in')
  const link = within(where).getByRole('link', { name: '/usb/copy.jpg' })
  expect(link.getAttribute('href')).toBe('/browse?path=%2Fusb&sel=%2Fusb%2Fcopy.jpg')
})

test('a file with one copy says that there is no other', async () => {
  const { inspector } = await inspect({
    info: { copies: [{ path: '/p/photo.jpg', device: 'alice', volume: null, online: true }] },
  })
  expect(part(inspector, 'Where it is').textContent).toContain('This is the only copy that is known.')
})

test('other devices say whether they have the file', async () => {
  const on = (of: number, name: string, isOnline: boolean, count: number | null) => ({
    device: { id: deviceId(of), name },
    isOwn: of === 1,
    online: isOnline,
    files:
      count === null
        ? null
        : Array.from({ length: count }, (_, i) => ({ path: `local://${name}/${i}.jpg`, size: 1, online: true })),
  })
  const { inspector } = await inspect({
    answers: {
      'network.where': () => ({
        contentId: contentId(1),
        devices: [on(1, 'alice', true, 1), on(2, 'bob', true, 2), on(3, 'carol', false, null), on(4, 'dave', true, 0)],
      }),
    },
  })
  const where = part(inspector, 'Where it is')
  await within(where).findByText('On other devices')
  expect(where.textContent).toContain('bob · has it 2 times')
  expect(where.textContent).toContain('carol · not connected')
  expect(where.textContent).toContain('dave · does not have it')
  expect(where.textContent).not.toContain('alice')
})

test('what a photo says of itself stands in groups', async () => {
  const { inspector } = await inspect({
    info: {
      metadata: {
        cameraMake: 'NIKON',
        cameraModel: 'NIKON COOLPIX P6000',
        iso: 64,
        latitude: 43.46745,
        longitude: 11.88513,
        width: 4_000,
        height: 3_000,
        strange: 'thing',
      },
    },
  })
  expect(part(inspector, 'Camera').textContent).toContain('CameraNIKON COOLPIX P6000')
  expect(part(inspector, 'When and where').textContent).toContain('43.46745° N, 11.88513° E')
  expect(part(inspector, 'Picture').textContent).toContain('4,000 × 3,000 · 12 MP')
  expect(part(inspector, 'More').textContent).toContain('strangething')
})

test('content that is not what its name says is warned of, and a rule that hides it', async () => {
  const { inspector } = await inspect({
    info: {
      looksLike: 'executable',
      rules: [{ name: 'caches', pattern: '**/cache/**', source: 'built-in' }] as FileInfo['rules'],
    },
  })
  const notes = within(inspector)
    .getAllByRole('note')
    .map((note) => note.textContent)
  expect(notes[0]).toBe('Its name says something else, but its content looks like Program.')
  expect(notes[1]).toContain('by the rule “caches”: **/cache/**, from the built-in rules')
})

test('what has happened to a file is told, the last first', async () => {
  const { inspector } = await inspect({
    info: {
      history: [
        { at: THEN, what: 'failed', detail: 'thumbnails' },
        { at: '2020-01-01T00:00:00Z', what: 'taken', detail: null },
      ],
    },
  })
  const events = within(part(inspector, 'History')).getAllByRole('listitem')
  expect(events.map((event) => event.querySelector('p')!.textContent)).toEqual([
    'Could not be made: thumbnails',
    'Taken',
  ])
})

test('paths and hashes are copied', async () => {
  const { inspector, user } = await inspect({ info: { contentHash: '0123456789abcdef' } })
  await user.click(within(inspector).getByRole('button', { name: 'Copy: Path' }))
  expect(await navigator.clipboard.readText()).toBe('/p/photo.jpg')
  await user.click(within(inspector).getByRole('button', { name: 'Copy: Hash of samples' }))
  expect(await navigator.clipboard.readText()).toBe('0123456789abcdef')
  expect(await toastOf('Copied')).toBeTruthy()
})

const failed = aSidecar('ocr', {
  state: 'failed',
  attempts: 3,
  error: { code: 'Timeout', message: 'it took too long' },
})

test('what was made from a file says how large, by what, or why not', async () => {
  const engine = { name: 'sharp', version: '1.2' }
  const { inspector } = await inspect({
    info: {
      sidecars: [
        aSidecar('thumb', { variant: 'grid@1x', size: 1_000, engine }),
        aSidecar('thumb', { variant: 'grid@2x', size: 3_000, engine }),
        failed,
        aSidecar('proxy', { state: 'generating', size: null }),
        aSidecar('transcript', { state: 'failed', error: { code: 'Unsupported', message: 'no sound in it' } }),
      ],
    },
  })
  const made = within(part(inspector, 'Made from it'))
    .getAllByRole('listitem')
    .map((each) => each.textContent)
  expect(made[0]).toContain('Thumbnails · 4 kBgrid@1x · grid@2x · by sharp 1.2')
  expect(made[1]).toContain('Text in the picture · could not be made')
  expect(made[1]).toContain('it took too long (tried 3 times)')
  expect(made[2]).toContain('Small copies to play · being made')
  expect(made[3]).toContain('Transcript · skipped')
})

test('what failed is tried again, and what is there is made again', async () => {
  const { daemon, inspector, user } = await inspect({
    info: { sidecars: [aSidecar('thumb'), failed] },
    answers: {
      'sidecars.retry': () => ({ queued: 1 }),
      'sidecars.regenerate': () => {
        throw new Refusal('Unavailable', 'the disk is full')
      },
    },
  })
  await user.click(within(inspector).getByRole('button', { name: 'Try again' }))
  await waitFor(() => expect(daemon.asksOf('sidecars.retry')).toEqual([{ target: contentId(1), kind: 'ocr' }]))
  await user.click(within(inspector).getByRole('button', { name: 'Make again: Thumbnails' }))
  expect(await toastOf('The request failed')).toBeTruthy()
  expect(await toastOf('the disk is full')).toBeTruthy()
})

test('other devices that have a sidecar are named, with whether they can be reached', async () => {
  const other = (name: string, of: number, online: boolean) => ({
    id: deviceId(of),
    name,
    online,
    variants: ['grid@1x'],
  })
  const { inspector } = await inspect({
    info: { sidecars: [aSidecar('thumb')] },
    answers: {
      'network.devices': () => [aDevice('bob')],
      'sidecars.presence': () => [
        { contentId: contentId(1), variants: [], devices: [other('bob', 2, true), other('carol', 3, false)] },
      ],
    },
  })
  expect(await within(inspector).findByText('also on bob, carol (not reachable)')).toBeTruthy()
})

test('sidecars that are made meanwhile appear', async () => {
  const { daemon, inspector } = await inspect({
    info: { sidecars: [aSidecar('thumb', { state: 'pending', size: null })] },
  })
  expect(part(inspector, 'Made from it').textContent).toContain('Thumbnails · waits')
  daemon.answer({ 'files.info': () => anInfo(photo, { sidecars: [aSidecar('thumb', { size: 9_000 })] }) })
  daemon.emit('sidecars.changed', { kind: 'thumb', state: 'ready', contentIds: [contentId(1)], more: false })
  await waitFor(() => expect(part(inspector, 'Made from it').textContent).toContain('Thumbnails · 9 kB'))
})

test('a file that cannot be looked at says why, and is asked for again', async () => {
  const page = await openPage('/browse?path=/p&sel=/p/photo.jpg&inspector=true', {
    answers: {
      ...files.answers,
      'files.info': ({ path }) => {
        if (path === photo.path) throw new Refusal('Internal', 'the index is broken')
        return files.answers['files.info']!({ path })
      },
    },
  })
  const inspector = await screen.findByRole('complementary', { name: 'Inspector' })
  await within(inspector).findByText('the index is broken')
  page.daemon.answer({ 'files.info': () => anInfo(photo) })
  await page.user.click(within(inspector).getByRole('button', { name: 'Try again' }))
  expect(await within(inspector).findByRole('heading', { name: 'Identity' })).toBeTruthy()
})

test('with nothing chosen the folder itself is inspected; of several their sum', async () => {
  const page = await openPage('/browse?path=/p/folder&inspector=true', {
    answers: {
      ...new FakeFiles(
        aFolder('/p/folder', { childCount: 2, fileCount: 12, totalSize: 5_000_000 }),
        aFile('/p/folder/a.txt'),
        aFile('/p/folder/b.txt'),
      ).answers,
    },
  })
  const inspector = await screen.findByRole('complementary', { name: 'Inspector' })
  await waitFor(() => expect(inspector.textContent).toContain('2 directly inside12 files at any depth'))
  await page.user.click(await screen.findByText('a.txt'))
  await page.user.keyboard('{Shift>}{ArrowDown}{/Shift}')
  expect(await within(inspector).findByRole('heading', { name: '2 items selected' })).toBeTruthy()
  expect(inspector.textContent).toContain('2 files2 kB')
})

test('the inspector follows the choice, and is closed and opened by a key', async () => {
  const { inspector, search, user } = await inspect()
  await user.click(screen.getByText('other.txt'))
  await within(inspector).findAllByText('other.txt')
  await waitFor(() => expect(within(inspector).queryByText('photo.jpg')).toBeNull())
  await user.keyboard('{Alt>}{Enter}{/Alt}')
  await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull())
  await user.keyboard('{Alt>}{Enter}{/Alt}')
  expect(await screen.findByRole('complementary')).toBeTruthy()
  expect(search()).toMatchObject({ inspector: true })
})

test('the picture of a file is its best thumbnail, and opens the preview', async () => {
  const thumb = aThumb({ ready: ['grid@2x', 'detail@1x'] })
  const { inspector, user } = await inspect({
    info: {
      thumb,
      sidecars: ['grid@2x', 'detail@1x'].map((variant) =>
        aSidecar('thumb', { variant, format: 'webp', checksum: 'c' }),
      ),
    },
  })
  const open = within(inspector).getByRole('button', { name: 'Open the preview' })
  expect(open.querySelector('img')?.getAttribute('src')).toContain('/thumbs/detail%401x.webp')
  await user.click(open)
  expect(await screen.findByRole('dialog', { name: 'Preview of photo.jpg' })).toBeTruthy()
})

const unread =
  'page 2 could not be read well: not in English, or hard to make out. `spacedrive engine add ocr <code>` adds a language'

test.each(['en', 'de'] as const)(
  'a page in a language that is not installed is told with the command, in %s',
  async (locale) => {
    const { inspector } = await inspect({
      info: { sidecars: [aSidecar('ocr', { note: unread }), aSidecar('thumb')] },
      locale,
    })
    const row = (await within(inspector).findByText('spacedrive engine add ocr <code>')).closest('li')!
    expect(row.textContent).toContain(unread.replaceAll('`', ''))
    expect(row.textContent.includes('Nicht alles darin war gut zu lesen.')).toBe(locale === 'de')
    expect(inspector.querySelectorAll('code')).toHaveLength(1)
  },
)
