// @vitest-environment happy-dom
import { openPage, type TestPage, toastOf } from '../../../testing/page.tsx'
import type { PeerKey } from '@spacedrive/core/domain'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aDevice, aFile, aLocation, aNetworkStatus, anOffer, deviceId, THEN } from '../../../testing/things.ts'
import { askForFolder } from './use-listing.ts'

const files = new FakeFiles(aFile('/p/a.txt'), aFile('/p/b.txt'), aFile('local://bob/home/far.txt'))

async function openFolder(answers: Answers, path = '/p'): Promise<TestPage> {
  const page = await openPage(`/browse?path=${encodeURIComponent(path)}`, {
    answers: { ...files.answers, 'locations.list': () => [aLocation('/p')], ...answers },
  })
  await screen.findByText(path === '/p' ? 'a.txt' : 'far.txt')
  return page
}

/** The menu of a file, as a right click opens it. */
async function menuOf(page: TestPage, name: string): Promise<HTMLElement> {
  await page.user.pointer({ keys: '[MouseRight]', target: screen.getByText(name) })
  return screen.findByRole('menu')
}

async function sendTo(page: TestPage, name: string, device: RegExp): Promise<void> {
  const menu = await menuOf(page, name)
  await page.user.click(await within(menu).findByRole('menuitem', { name: 'Send to device' }))
  await page.user.click(await screen.findByRole('menuitem', { name: device }))
}

test('a file is offered to a device that is connected, and to no other', async () => {
  const page = await openFolder({
    'network.devices': () => [aDevice('bob'), aDevice('carol', { id: deviceId(3), state: 'disconnected' })],
    'offers.send': () => anOffer({ direction: 'out' }),
  })
  await sendTo(page, 'a.txt', /^bob$/)
  expect(await toastOf('Offered to bob')).toBeTruthy()
  expect(page.daemon.asksOf('offers.send')).toEqual([{ device: deviceId(2), nearby: false, paths: ['/p/a.txt'] }])
  expect(screen.queryByRole('menuitem', { name: 'carol' })).toBeNull()
})

test('to a device nearby it is offered on the page where both numbers are compared', async () => {
  const key = 'cd'.repeat(32) as PeerKey
  const page = await openFolder({
    'network.status': () => aNetworkStatus({ state: 'running' }),
    'nearby.list': () => ({
      visibility: { name: null, until: null, reason: null },
      devices: [{ key, name: 'stranger', heardAt: THEN }],
    }),
    'offers.send': () => anOffer({ direction: 'out' }),
  })
  await sendTo(page, 'b.txt', /^stranger/)
  await waitFor(() => expect(page.address()).toBe('/devices'))
  expect(page.daemon.asksOf('offers.send')).toEqual([{ device: key, nearby: true, paths: ['/p/b.txt'] }])
})

test('where no device was ever paired nothing is said of sending', async () => {
  const page = await openFolder({})
  const menu = await menuOf(page, 'a.txt')
  expect(within(menu).queryByRole('menuitem', { name: /Send to device/ })).toBeNull()
})

test('a file whose disk is away cannot be sent', async () => {
  const away = new FakeFiles(aFile('/p/a.txt'))
  away.online = false
  const page = await openFolder({ ...away.answers, 'network.devices': () => [aDevice('bob')] })
  const menu = await menuOf(page, 'a.txt')
  const send = await within(menu).findByRole('menuitem', { name: 'Send to device' })
  expect(send.getAttribute('aria-disabled')).toBe('true')
  expect(
    within(menu)
      .getByRole('menuitem', { name: /^Download/ })
      .getAttribute('aria-disabled'),
  ).toBe('true')
})

const bob: Answers = { 'network.devices': () => [aDevice('bob')] }

test('a file of another device is copied to this one', async () => {
  const page = await openFolder({ ...bob, 'files.fetch': () => ({ transfers: [] }) }, 'local://bob/home')
  const menu = await menuOf(page, 'far.txt')
  expect(within(menu).queryByRole('menuitem', { name: /Send to device/ })).toBeNull()
  await page.user.click(within(menu).getByRole('menuitem', { name: 'Copy to this device' }))
  await waitFor(() => expect(page.daemon.asksOf('files.fetch')).toEqual([{ addresses: ['local://bob/home/far.txt'] }]))
})

test('a file of another device that cannot be copied says why', async () => {
  const page = await openFolder(
    {
      ...bob,
      'files.fetch': () => {
        throw new Refusal('NotAuthorised', 'bob does not allow it')
      },
    },
    'local://bob/home',
  )
  const menu = await menuOf(page, 'far.txt')
  await page.user.click(within(menu).getByRole('menuitem', { name: 'Copy to this device' }))
  expect(await toastOf('This cannot be copied to this device')).toBeTruthy()
  expect(await toastOf('bob does not allow it')).toBeTruthy()
})

test('a folder of another device that is away keeps its rows, and says that they are old', async () => {
  const page = await openFolder(bob, 'local://bob/home')
  page.daemon.answer({
    'network.devices': () => [aDevice('bob', { state: 'disconnected' })],
    'files.list': () => {
      throw new Refusal('Offline', 'bob is not connected')
    },
  })
  page.daemon.emit('device.disconnected', { deviceId: deviceId(2), reason: 'it was closed' })
  expect(await screen.findByText(/^bob is not reachable\. This is what was seen last/)).toBeTruthy()
  expect(screen.getByText('far.txt')).toBeTruthy()
})

test('a folder that has to be allowed opens by itself once it is', async () => {
  let isAllowed = false
  const page = await openPage('/browse?path=local://bob/home', {
    answers: {
      ...files.answers,
      ...bob,
      'files.list': (input) => {
        if (!isAllowed) throw new Refusal('NotAuthorised', 'bob does not allow it')
        return files.answers['files.list']!(input)
      },
    },
  })
  await screen.findByRole('heading', { name: 'bob has to allow it first' })
  isAllowed = true
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('far.txt')).toBeTruthy()
})

test('the menu beside all files is that of the folder', async () => {
  const page = await openFolder({})
  await page.user.pointer({
    keys: '[MouseRight]',
    target: screen.getByRole('grid').querySelector('[role="presentation"]')!,
  })
  const menu = await screen.findByRole('menu')
  expect(
    within(menu)
      .getAllByRole('menuitem')
      .map((each) => each.textContent),
  ).toEqual(['Copy path', 'Download as ZIP', 'Show detailsAlt+Enter'.replace('+', '')])
  await page.user.click(within(menu).getByRole('menuitem', { name: 'Copy path' }))
  expect(await navigator.clipboard.readText()).toBe('/p')
})

test('the folder of an address is asked for before anything shows it, and once', async () => {
  const page = await openPage('/jobs', { answers: files.answers })
  askForFolder({ path: '/p', all: false, sort: 'size', reverse: true })
  await waitFor(() => expect(page.daemon.asksOf('files.list')).toHaveLength(1))
  expect(page.daemon.asksOf('files.list')[0]).toMatchObject({
    path: '/p',
    sort: 'size',
    reverse: true,
    thumbs: true,
    offset: 0,
  })
  askForFolder({ path: '/p', all: false, sort: 'size', reverse: true })
  await screen.findByText('No job has run yet')
  expect(page.daemon.asksOf('files.list')).toHaveLength(1)
})
