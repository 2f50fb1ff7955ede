// @vitest-environment happy-dom
import { preview } from '../../../testing/preview.tsx'
import { act, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { aFile, aFolder, aThumb, contentId, entryId } from '../../../testing/things.ts'
import { SLIDE_MS } from './use-slide-show.ts'

afterEach(() => void vi.useRealTimers())

const photo = (name: string, number: number) =>
  aFile(`/p/${name}`, {
    id: entryId(number),
    contentId: contentId(number),
    type: 'image',
    mime: 'image/jpeg',
    thumb: aThumb({ width: 400, height: 200 }),
  })

async function three() {
  const page = await preview(photo('b.jpg', 2), { beside: [photo('a.jpg', 1), photo('c.jpg', 3)] })
  await within(page.dialog).findByText('2 of 3')
  return page
}

test('the film strip has the neighbours, and a press shows one', async () => {
  const { dialog, user } = await three()
  const strip = await within(dialog).findByRole('navigation', { name: 'Files beside it' })
  await waitFor(() => expect(within(strip).getAllByRole('button')).toHaveLength(3))
  expect(within(strip).getByRole('button', { current: true }).getAttribute('aria-label')).toBe('b.jpg')
  await user.click(within(strip).getByRole('button', { name: 'c.jpg' }))
  const next = await screen.findByRole('dialog', { name: 'Preview of c.jpg' })
  await user.keyboard('t')
  expect(within(next).queryByRole('navigation')).toBeNull()
  await user.keyboard('t')
  expect(within(next).getByRole('navigation')).toBeTruthy()
})

test('the film strip of a folder has more than the next and the previous file', async () => {
  const beside = ['a.jpg', 'b.jpg', 'd.jpg', 'e.jpg'].map((name, i) => photo(name, i + 10))
  const { dialog, user } = await preview(photo('c.jpg', 3), { beside })
  const strip = await within(dialog).findByRole('navigation', { name: 'Files beside it' })
  const names = () =>
    within(strip)
      .getAllByRole('button')
      .map((each) => each.getAttribute('aria-label'))
  await waitFor(() => expect(names()).toEqual(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg']))
  await user.click(within(strip).getByRole('button', { name: 'a.jpg' }))
  expect(await screen.findByRole('dialog', { name: 'Preview of a.jpg' })).toBeTruthy()
  expect(screen.getByText('1 of 5')).toBeTruthy()
})

test('every key of the preview is shown with its sign', async () => {
  const { dialog, user } = await three()
  await user.keyboard('?')
  const list = within(await within(dialog).findByRole('complementary', { name: 'Keys of the preview' }))
  const signs = list
    .getAllByRole('definition')
    .map((each) => [...each.querySelectorAll('kbd')].map((key) => key.textContent))
  expect(signs.flat()).not.toContain('')
  expect(signs).toEqual(expect.arrayContaining([['+'], ['-'], ['Shift', 'R']]))
})

test('a picture is rotated by keys and by buttons, and the next one is upright', async () => {
  const { dialog, user } = await three()
  const turnOf = async (name: string) =>
    (await screen.findByRole('img', { name })).parentElement?.style.transform.replace(/.*rotate/, '')
  expect(await turnOf('b.jpg')).toBe('(0deg)')
  await user.keyboard('r')
  expect(await turnOf('b.jpg')).toBe('(90deg)')
  await user.keyboard('{Shift>}R{/Shift}')
  await user.click(within(dialog).getByRole('button', { name: 'Rotate to the left, only in this view' }))
  expect(await turnOf('b.jpg')).toBe('(270deg)')
  await user.keyboard('{ArrowRight}')
  expect(await turnOf('c.jpg')).toBe('(0deg)')
})

test('the slide show goes on by itself to the last file, and a key stops it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { dialog, user } = await three()
  await user.keyboard('s')
  expect(within(dialog).getByText('The slide show is running.')).toBeTruthy()
  await user.keyboard('s')
  act(() => void vi.advanceTimersByTime(SLIDE_MS))
  expect(screen.getByRole('dialog', { name: 'Preview of b.jpg' })).toBeTruthy()
  await user.keyboard('s')
  act(() => void vi.advanceTimersByTime(SLIDE_MS))
  const last = await screen.findByRole('dialog', { name: 'Preview of c.jpg' })
  await waitFor(() => expect(within(last).queryByText('The slide show is running.')).toBeNull())
  expect(within(last).queryByRole('button', { name: 'Slide show' })).toBeNull()
})

test('Escape ends the slide show first, and closes the preview then', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { dialog, user } = await three()
  await user.keyboard('s')
  expect(within(dialog).getByText('The slide show is running.')).toBeTruthy()
  await user.keyboard('{Escape}')
  expect(within(dialog).queryByText('The slide show is running.')).toBeNull()
  act(() => void vi.advanceTimersByTime(2 * SLIDE_MS))
  expect(screen.getByRole('dialog', { name: 'Preview of b.jpg' })).toBeTruthy()
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('folders are neither in the film strip of a file nor counted with the files', async () => {
  const beside = [aFolder('/p/album'), aFolder('/p/box'), photo('a.jpg', 1), photo('c.jpg', 3)]
  const { dialog, user } = await preview(photo('b.jpg', 2), { beside })
  await within(dialog).findByText('2 of 3')
  const strip = within(dialog).getByRole('navigation', { name: 'Files beside it' })
  expect(
    within(strip)
      .getAllByRole('button')
      .map((each) => each.getAttribute('aria-label')),
  ).toEqual(['a.jpg', 'b.jpg', 'c.jpg'])
  await user.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}')
  const first = await screen.findByRole('dialog', { name: 'Preview of a.jpg' })
  expect(within(first).getByText('1 of 3')).toBeTruthy()
  expect(within(first).getByRole('button', { name: 'Previous' }).hasAttribute('disabled')).toBe(true)
})

test('the details are beside the file, and stay while the files go by', async () => {
  const { dialog, user } = await preview(photo('b.jpg', 2), {
    beside: [photo('c.jpg', 3)],
    info: { metadata: { cameraModel: 'Canon EOS 40D', iso: 100 } },
  })
  await within(dialog).findByText('1 of 2')
  await user.keyboard('i')
  const panel = within(dialog).getByRole('complementary', { name: 'Details' })
  expect(await within(panel).findByText('Canon EOS 40D')).toBeTruthy()
  expect(within(panel).getByText('/p/b.jpg')).toBeTruthy()
  await user.keyboard('{ArrowRight}')
  await screen.findByRole('dialog', { name: 'Preview of c.jpg' })
  expect(await screen.findByText('/p/c.jpg')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Details' }))
  expect(screen.queryByRole('complementary', { name: 'Details' })).toBeNull()
})

test('? lists the keys, and Escape closes the list before the preview', async () => {
  const { user } = await three()
  await user.keyboard('?')
  const keys = await screen.findByRole('complementary', { name: 'Keys of the preview' })
  expect(within(keys).getByText('Slide show').closest('div')?.textContent).toBe('Slide showS')
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull())
  expect(screen.getByRole('dialog', { name: 'Preview of b.jpg' })).toBeTruthy()
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('where the browser lets a page fill the screen, a key does it', async () => {
  const asked = vi.fn<() => Promise<void>>(() => Promise.resolve())
  Object.defineProperty(document, 'fullscreenEnabled', { configurable: true, value: true })
  Object.defineProperty(HTMLElement.prototype, 'requestFullscreen', { configurable: true, value: asked })
  try {
    const { user } = await three()
    await user.keyboard('f')
    expect(asked).toHaveBeenCalledOnce()
  } finally {
    Reflect.deleteProperty(document, 'fullscreenEnabled')
    Reflect.deleteProperty(HTMLElement.prototype, 'requestFullscreen')
  }
})
