// @vitest-environment happy-dom
import { show } from '../../../testing/page.tsx'
import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Transcript } from './sidecar-texts.ts'
import { TranscriptPanel } from './transcript-panel.tsx'

const transcript: Transcript = {
  language: 'en',
  lines: [
    { startMs: 0, endMs: 2_000, text: 'Call me Ishmael.' },
    { startMs: 2_000, endMs: 65_000, text: 'Some years ago,' },
    { startMs: 65_000, endMs: 70_000, text: 'never mind how long.' },
  ],
  isTruncated: false,
}

const items = () => screen.getAllByRole('listitem')
const current = () => items().filter((item) => item.getAttribute('aria-current') === 'time')

test('every line says when it is said, and the line of now is marked', async () => {
  await show(<TranscriptPanel transcript={transcript} timeMs={3_000} onPlay={() => {}} />)
  expect(items().map((item) => item.textContent)).toEqual([
    '0:00Call me Ishmael.',
    '0:02Some years ago,',
    '1:05never mind how long.',
  ])
  expect(current().map((item) => item.textContent)).toEqual(['0:02Some years ago,'])
  expect(screen.getByRole('list').getAttribute('lang')).toBe('en')
})

test('a press on a line plays from there', async () => {
  const played: number[] = []
  const { user } = await show(
    <TranscriptPanel transcript={transcript} timeMs={0} onPlay={(ms) => void played.push(ms)} />,
  )
  await user.click(within(items()[2]!).getByRole('button', { name: /never mind/ }))
  expect(played).toEqual([65_000])
  expect(within(items()[2]!).getByRole('button').title).toBe('Play from 1:05')
})

test('without a player lines can be read and not pressed', async () => {
  await show(<TranscriptPanel transcript={transcript} timeMs={-1} onPlay={undefined} />)
  expect(screen.getAllByRole<HTMLButtonElement>('button').map(({ disabled }) => disabled)).toEqual([true, true, true])
  expect(current()).toEqual([])
})

test('a transcript that was cut says so', async () => {
  await show(
    <TranscriptPanel transcript={{ ...transcript, language: null, isTruncated: true }} timeMs={0} onPlay={undefined} />,
  )
  expect(screen.getByText('The file has more text than is stored.')).toBeTruthy()
  expect(screen.getByRole('list').hasAttribute('lang')).toBe(false)
})
