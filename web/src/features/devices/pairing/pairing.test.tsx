// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../../testing/page.tsx'
import type { PairingStatus } from '@spacedrive/core/domain'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../../testing/fake-daemon.ts'
import { aNetworkStatus, aPairing, deviceId } from '../../../../testing/things.ts'

const words = 'abandon ability able about above absent absorb abstract absurd abuse access accident'.split(' ')
const bob = { id: deviceId(2), name: 'bob', os: 'linux' }
const code = {
  session: 's1',
  code: words.join(' '),
  invitation: `spacedrive:pair?words=${words.join('+')}`,
  qr: { svg: '<svg xmlns="http://www.w3.org/2000/svg"/>', text: '' },
  addresses: ['192.168.1.5:45123'],
  expiresAt: '2124-03-12T12:00:00.000Z',
}

async function openPairing(way: 'code' | 'words', answers: Answers = {}, locale: 'en' | 'de' = 'en') {
  const page = await openPage(`/devices?pair=${way}`, {
    answers: {
      'network.status': () => aNetworkStatus({ state: 'running' }),
      'pairing.generate': () => code,
      'pairing.cancel': () => ({ wasPairing: true }),
      ...answers,
    },
    locale,
  })
  const dialog = await screen.findByRole('dialog')
  /** What the daemon says of the pairing from now on. */
  const tell = (status: PairingStatus) => {
    page.daemon.answer({ 'pairing.status': () => status })
    page.daemon.emit('pairing.changed', status)
  }
  return { ...page, dialog, tell }
}

const inviter = { role: 'inviter', session: 's1', attemptsLeft: 3 } as const

test('while networking is off the dialog turns it on first', async () => {
  const { daemon, dialog, user } = await openPairing('code', {
    'network.status': () => aNetworkStatus(),
    'network.start': () => aNetworkStatus({ state: 'running' }),
  })
  await within(dialog).findByRole('heading', { name: 'Networking is off' })
  expect(daemon.asksOf('pairing.generate')).toEqual([])
  daemon.answer({ 'network.status': () => aNetworkStatus({ state: 'running' }) })
  await user.click(within(dialog).getByRole('button', { name: 'Turn networking on' }))
  daemon.emit('network.state-changed', { state: 'running', error: null })
  expect(await within(dialog).findByRole('list', { name: 'The twelve words' })).toBeTruthy()
})

test('networking that could not be started says why, and leads to the settings', async () => {
  const { dialog } = await openPairing('code', {
    'network.status': () => aNetworkStatus({ state: 'failed', error: 'the port is taken' }),
  })
  await within(dialog).findByRole('heading', { name: 'Networking could not be started' })
  expect(dialog.textContent).toContain('the port is taken')
  expect(within(dialog).getByRole('link').getAttribute('href')).toBe('/settings')
})

test('a code is twelve words in order, a picture, and addresses for a device that finds nothing', async () => {
  const { dialog, user } = await openPairing('code')
  const list = await within(dialog).findByRole('list', { name: 'The twelve words' })
  const shown = within(list)
    .getAllByRole('listitem')
    .map((each) => each.textContent)
  expect(shown).toEqual(words.map((word, i) => `${i + 1}${word}`))
  const picture = within(dialog).getByAltText('The same code as a picture to scan')
  expect(picture.getAttribute('src')).toBe(`data:image/svg+xml,${encodeURIComponent(code.qr.svg)}`)
  expect(dialog.textContent).toContain('192.168.1.5:45123')
  await user.click(within(dialog).getByRole('button', { name: 'Copy the words' }))
  expect(await navigator.clipboard.readText()).toBe(code.code)
  expect(await toastOf('The words were copied')).toBeTruthy()
})

test('a device that could not prove the words is told of, with the attempts that are left', async () => {
  const { dialog, tell } = await openPairing('code')
  await within(dialog).findByRole('list', { name: 'The twelve words' })
  tell(aPairing('waiting', { ...inviter, attemptsLeft: 2 }))
  expect(await within(dialog).findByText('A device could not prove the words. 2 more may try.')).toBeTruthy()
})

const comparing = aPairing('awaiting-confirmation', { ...inviter, device: bob, number: '123456' })

test('both numbers are compared, and the device is paired', async () => {
  const { address, daemon, dialog, tell, user } = await openPairing('code', {
    'pairing.confirm': () => ({ ...comparing, confirmed: true }),
  })
  await within(dialog).findByRole('list', { name: 'The twelve words' })
  tell(aPairing('challenge-issued', inviter))
  await within(dialog).findByText('A device is there; it proves that it has the words…')
  tell(comparing)
  const question = await within(dialog).findByRole('heading', { name: 'Is this the number on the other screen?' })
  // It is read, and Tab goes on from it.
  await waitFor(() => expect(document.activeElement).toBe(question))
  expect(within(dialog).getByText('1 2 3 4 5 6')).toBeTruthy()
  expect(dialog.textContent).toContain('This deviceOther devicealicebob')
  await user.click(within(dialog).getByRole('button', { name: 'They are the same' }))
  await waitFor(() => expect(daemon.asksOf('pairing.confirm')).toEqual([{ number: '123456' }]))
  tell({ ...comparing, confirmed: true })
  expect(await within(dialog).findByText('Confirmed here. Waiting until somebody confirms it at bob…')).toBeTruthy()
  tell(aPairing('completed', { ...inviter, device: bob }))
  await within(dialog).findByRole('heading', { name: 'bob is paired' })
  await user.click(within(dialog).getByRole('link', { name: 'What it may do' }))
  await waitFor(() => expect(address()).toBe(`/devices/${deviceId(2)}`))
})

test('numbers that differ end the pairing, and say what that may mean', async () => {
  const { daemon, dialog, tell, user } = await openPairing('code')
  await within(dialog).findByRole('list', { name: 'The twelve words' })
  tell(comparing)
  await user.click(await within(dialog).findByRole('button', { name: 'They differ' }))
  await waitFor(() => expect(daemon.asksOf('pairing.cancel')).toHaveLength(1))
  tell(aPairing('cancelled', inviter))
  expect(await within(dialog).findByRole('heading', { name: 'The numbers differ: nothing was paired' })).toBeTruthy()
  expect(dialog.textContent).toContain('Someone may be intercepting the connection.')
})

const ends = [
  { state: 'expired', title: 'The code has expired', reason: 'late', isQuoted: false },
  { state: 'cancelled', title: 'The pairing was cancelled', reason: null, isQuoted: false },
  { state: 'failed', title: 'The pairing failed', reason: 'the disk is full', isQuoted: true },
] as const

test.for(ends)(
  'a pairing that is $state says so, and a new code is made',
  async ({ isQuoted, reason, state, title }) => {
    const { daemon, dialog, tell, user } = await openPairing('code')
    await within(dialog).findByRole('list', { name: 'The twelve words' })
    tell(aPairing(state, { ...inviter, reason }))
    await within(dialog).findByRole('heading', { name: title })
    expect(reason !== null && dialog.textContent?.includes(reason)).toBe(isQuoted)
    daemon.answer({ 'pairing.generate': () => ({ ...code, session: 's2' }) })
    await user.click(within(dialog).getByRole('button', { name: 'Make a new code' }))
    expect(await within(dialog).findByRole('list', { name: 'The twelve words' })).toBeTruthy()
    expect(daemon.asksOf('pairing.generate')).toHaveLength(2)
  },
)

test('a pairing that goes on elsewhere is ended first', async () => {
  let isBusy = true
  const { daemon, dialog, user } = await openPairing('code', {
    'pairing.generate': () => {
      if (isBusy) throw new Refusal('Conflict', 'another pairing goes on')
      return code
    },
  })
  await within(dialog).findByRole('heading', { name: 'Another pairing is in progress' })
  isBusy = false
  await user.click(within(dialog).getByRole('button', { name: 'End it and continue here' }))
  expect(await within(dialog).findByRole('list', { name: 'The twelve words' })).toBeTruthy()
  expect(daemon.asksOf('pairing.cancel')).toHaveLength(1)
})

test('closing the dialog ends its code', async () => {
  const { daemon, dialog, user } = await openPairing('code')
  await within(dialog).findByRole('list', { name: 'The twelve words' })
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await waitFor(() => expect(daemon.asksOf('pairing.cancel')).toHaveLength(1))
})

test('a dialog in which nothing was begun ends nothing when it is closed', async () => {
  const { daemon, user } = await openPairing('words')
  await screen.findByLabelText('Word 1')
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await screen.findByRole('heading', { name: 'No device is paired yet' })
  expect(daemon.asksOf('pairing.cancel')).toEqual([])
})

const field = (number: number) => screen.getByLabelText<HTMLInputElement>(`Word ${number}`)
const values = () => Array.from({ length: 12 }, (_, i) => field(i + 1).value)
const paste = (into: HTMLElement, text: string) =>
  fireEvent.paste(into, { clipboardData: { getData: () => text } as unknown as DataTransfer })

test('a blank goes on to the next word, and Backspace in an empty one back', async () => {
  const { user } = await openPairing('words')
  await waitFor(() => expect(document.activeElement).toBe(field(1)))
  await user.keyboard('Abandon ability ')
  expect(values().slice(0, 3)).toEqual(['abandon', 'ability', ''])
  expect(document.activeElement).toBe(field(3))
  await user.keyboard('{Backspace}')
  expect(document.activeElement).toBe(field(2))
  expect(screen.getByText('10 words are missing')).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Pair' }).hasAttribute('disabled')).toBe(true)
})

const pasted = [
  { what: 'twelve words', text: words.join(' ') },
  { what: 'a numbered list', text: words.map((word, i) => `${i + 1}. ${word.toUpperCase()},`).join('\n') },
  { what: 'the text of the picture', text: code.invitation },
]

test.for(pasted)('$what can be pasted into any field', async ({ text }) => {
  await openPairing('words')
  await screen.findByLabelText('Word 5')
  paste(field(5), text)
  expect(values()).toEqual(words)
  await waitFor(() => expect(document.activeElement).toBe(field(12)))
})

test('what was scanned is sent whole, with the address that was typed', async () => {
  const { daemon, user } = await openPairing('words', { 'pairing.join': () => new Promise(() => {}) })
  await screen.findByLabelText('Word 1')
  paste(field(1), code.invitation)
  await user.type(screen.getByLabelText('Address of the other device'), ' 10.0.0.7:4433 ')
  await user.click(screen.getByRole('button', { name: 'Pair' }))
  await waitFor(() =>
    expect(daemon.asksOf('pairing.join')).toMatchObject([{ code: code.invitation, address: '10.0.0.7:4433' }]),
  )
  expect(await screen.findByText('Looking for the device that shows this code…')).toBeTruthy()
})

test('a word that is in no code is named, and a near one is taken at a click', async () => {
  const { user } = await openPairing('words', {
    'pairing.join': () => {
      throw new Refusal('InvalidInput', 'one word is in no code', {
        words: 12,
        unknown: [{ word: 'abandonx', position: 1, nearest: ['abandon', 'ability'] }],
      })
    },
  })
  await screen.findByLabelText('Word 1')
  paste(field(1), ['abandonx', ...words.slice(1)].join(' '))
  await user.click(screen.getByRole('button', { name: 'Pair' }))
  expect(await screen.findByText(/No code contains “abandonx”/)).toBeTruthy()
  expect(field(1).getAttribute('aria-invalid')).toBe('true')
  await user.click(screen.getByRole('button', { name: 'Use “abandon” as word 1' }))
  expect(values()).toEqual(words)
  expect(screen.queryByText(/No code contains/)).toBeNull()
})

const failures = [
  { code: 'NotAuthorised', title: 'The words do not fit' },
  { code: 'Offline', title: 'No device with this code was found' },
  { code: 'Conflict', title: 'This code cannot be used here' },
  { code: 'Timeout', title: 'The code has expired' },
  { code: 'Internal', title: 'The pairing failed' },
] as const

test.for(failures)('words that do not lead to a device ($code) say why, and are tried again', async (failure) => {
  const { user } = await openPairing('words', {
    'pairing.join': () => {
      throw new Refusal(failure.code, 'it did not work')
    },
  })
  await screen.findByLabelText('Word 1')
  paste(field(1), code.code)
  await user.click(screen.getByRole('button', { name: 'Pair' }))
  expect(await screen.findByRole('heading', { name: failure.title })).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(values()).toEqual(words)
})

test('words that are no code together are compared once more', async () => {
  const { user } = await openPairing('words', {
    'pairing.join': () => {
      throw new Refusal('InvalidInput', 'the checksum is wrong')
    },
  })
  await screen.findByLabelText('Word 1')
  paste(field(1), code.code)
  await user.click(screen.getByRole('button', { name: 'Pair' }))
  expect(await screen.findByText('These words are not a valid code')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Clear the words' }))
  expect(values()).toEqual(Array.from({ length: 12 }, () => ''))
})

test('where nobody compares the number there, the page says whom it takes', async () => {
  const joiner = { ...comparing, role: 'joiner' as const, unattended: true }
  const { tell, user } = await openPairing('words', { 'pairing.join': () => new Promise(() => {}) })
  await screen.findByLabelText('Word 1')
  paste(field(1), code.code)
  await user.click(screen.getByRole('button', { name: 'Pair' }))
  await screen.findByText('Looking for the device that shows this code…')
  tell(joiner)
  expect(
    await screen.findByText('Nobody compares the number at bob. It accepts every device that has the words.'),
  ).toBeTruthy()
})

test('a pairing that was begun on the command line waits on the page of devices', async () => {
  const page = await openPage('/devices', { answers: { 'pairing.status': () => comparing } })
  const section = (await screen.findByRole('heading', { name: 'A pairing is in progress' })).closest('section')!
  expect(within(section).getByText('1 2 3 4 5 6')).toBeTruthy()
  expect(page.daemon.asksOf('pairing.generate')).toEqual([])
})

test('the other way of pairing is one tab away, and the dialog is German', async () => {
  const { search, user } = await openPairing('code', {}, 'de')
  await screen.findByRole('list', { name: 'Die zwölf Wörter' })
  await user.click(screen.getByRole('tab', { name: 'Ich habe einen Code' }))
  await waitFor(() => expect(search()).toEqual({ pair: 'words' }))
  expect(await screen.findByLabelText('Wort 1')).toBeTruthy()
})
