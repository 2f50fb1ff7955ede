// @vitest-environment happy-dom
import { show } from '../../../testing/page.tsx'
import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { aFile } from '../../../testing/things.ts'
import { FilmStrip } from './film-strip.tsx'

const shownNames = () =>
  within(screen.getByRole('navigation', { name: 'Files beside it' }))
    .getAllByRole('button')
    .map((each) => each.getAttribute('aria-label'))
const fileAt = (offset: number) => aFile(`/p/${100 + offset}.txt`)

test('eight files on each side are shown, and no more', async () => {
  await show(<FilmStrip entry={fileAt(0)} library={null} strip={{ entryAt: fileAt, onGo: () => {} }} />)
  expect(shownNames()).toEqual(Array.from({ length: 17 }, (_, i) => `${92 + i}.txt`))
})

test('what is not there or not loaded is left out', async () => {
  const entryAt = (offset: number) => (offset === 2 || offset === -1 ? fileAt(offset) : undefined)
  await show(<FilmStrip entry={fileAt(0)} library={null} strip={{ entryAt, onGo: () => {} }} />)
  expect(shownNames()).toEqual(['99.txt', '100.txt', '102.txt'])
})

test('a press goes as far as that file is away; the file that is shown leads nowhere', async () => {
  const gone: number[] = []
  const strip = { entryAt: fileAt, onGo: (offset: number) => void gone.push(offset) }
  const { user } = await show(<FilmStrip entry={fileAt(0)} library={null} strip={strip} />)
  for (const name of ['103.txt', '100.txt', '95.txt']) await user.click(screen.getByRole('button', { name }))
  expect(gone).toEqual([3, -5])
})

test('Tab stops once at the strip, at the file that is shown', async () => {
  await show(<FilmStrip entry={fileAt(0)} library={null} strip={{ entryAt: fileAt, onGo: () => {} }} />)
  const stops = screen.getAllByRole('button').filter(({ tabIndex }) => tabIndex === 0)
  expect(stops.map((each) => each.getAttribute('aria-label'))).toEqual(['100.txt'])
  expect(stops[0]!.getAttribute('aria-current')).toBe('true')
})
