// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../testing/page.tsx'
import type { PeerKey } from '@spacedrive/core/domain'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import {
  aDevice,
  aFolder,
  aGrant,
  aJob,
  aLibrary,
  aNetworkStatus,
  anOffer,
  aSetting,
  deviceId,
  libraryId,
  THEN,
  aThisDevice,
} from '../../../testing/things.ts'

async function openDevices(answers: Answers = {}, locale: 'en' | 'de' = 'en') {
  const page = await openPage('/devices', { answers, locale })
  await screen.findByRole('heading', { level: 1 })
  return page
}
async function openDevice(answers: Answers = {}, query = '') {
  const page = await openPage(`/devices/bob${query}`, {
    answers: { 'network.devices': () => [aDevice('bob')], ...answers },
  })
  await screen.findByRole('heading', { level: 1, name: 'bob' })
  return page
}
const section = async (title: string) => (await screen.findByRole('heading', { name: title })).closest('section')!
const bob = { id: deviceId(2), name: 'bob' }

test('where no device is paired the page says what that is for', async () => {
  const { search, user } = await openDevices()
  expect(await screen.findByRole('heading', { name: 'No device is paired yet' })).toBeTruthy()
  await user.click(screen.getAllByRole('button', { name: 'Pair a device' })[0]!)
  await waitFor(() => expect(search()).toEqual({ pair: 'code' }))
})

test('paired devices are listed with how they are reached, and each leads to its page', async () => {
  const { address, daemon, user } = await openDevices({
    'network.devices': () => [
      aDevice('bob', { latencyMs: 3.2, os: 'darwin' }),
      aDevice('carol', { id: deviceId(3), state: 'disconnected', latencyMs: null, os: 'haiku' }),
    ],
  })
  const list = await section('Paired devices')
  expect(within(list).getByText('bob').closest('li')?.textContent).toBe('bobmacOS4 msconnected directly')
  expect(within(list).getByText('carol').closest('li')?.textContent).toContain('haiku')
  daemon.answer({ 'network.devices': () => [aDevice('bob', { state: 'disconnected', latencyMs: null })] })
  daemon.emit('device.disconnected', { deviceId: deviceId(2), reason: 'it was closed' })
  await waitFor(() => expect(list.textContent).toContain('not reachable since'))
  await user.click(within(list).getByRole('link', { name: 'bob' }))
  await waitFor(() => expect(address()).toBe(`/devices/${deviceId(2)}`))
})

test('this device has a name that is changed', async () => {
  const { daemon, user } = await openDevices({ 'devices.rename': ({ name }) => aThisDevice(name) })
  const here = await section('This device')
  const name = within(here).getByLabelText('Name')
  expect(within(here).getByRole('button', { name: 'Change' }).hasAttribute('disabled')).toBe(true)
  daemon.answer({ 'network.status': () => aNetworkStatus({ name: 'desk' }) })
  await user.clear(name)
  await user.type(name, '  desk {Enter}')
  await waitFor(() => expect(daemon.asksOf('devices.rename')).toEqual([{ name: 'desk' }]))
})

test('networking is turned on and off, and says why it could not be', async () => {
  const { daemon, user } = await openDevices({ 'network.start': () => aNetworkStatus({ state: 'running' }) })
  const here = await section('This device')
  await user.click(within(here).getByRole('switch', { name: 'Networking' }))
  await waitFor(() => expect(daemon.asksOf('network.start')).toEqual([{}]))
  daemon.answer({ 'network.status': () => aNetworkStatus({ state: 'failed', error: 'the port is taken' }) })
  daemon.emit('network.state-changed', { state: 'failed', error: 'the port is taken' })
  await waitFor(() => expect(here.textContent).toContain('Networking is turned on, but it could not be started.'))
  expect(here.textContent).toContain('the port is taken')
})

test('a wrapped key is unlocked with its password, and a wrong one is refused', async () => {
  const { daemon, user } = await openDevices({
    'network.status': () => aNetworkStatus({ state: 'locked', isWrapped: true }),
    'network.start': () => {
      throw new Refusal('NotAuthorised', 'the password is wrong')
    },
  })
  const here = await section('This device')
  expect(within(here).queryByRole('switch', { name: 'Networking' })).toBeNull()
  await user.type(within(here).getByLabelText('Password'), 'sesame{Enter}')
  expect(await within(here).findByText('the password is wrong')).toBeTruthy()
  expect(daemon.asksOf('network.start')).toEqual([{ password: 'sesame' }])
})

test('addresses and key of this device are copied', async () => {
  const { user } = await openDevices({
    'network.status': () => aNetworkStatus({ state: 'running', addresses: ['192.168.1.5:45123'] }),
  })
  const here = await section('This device')
  await user.click(within(here).getByRole('button', { name: 'Copy: 192.168.1.5:45123' }))
  expect(await navigator.clipboard.readText()).toBe('192.168.1.5:45123')
  await user.click(within(here).getByRole('button', { name: `Copy: ${'ab'.repeat(32)}` }))
  expect(await navigator.clipboard.readText()).toBe('ab'.repeat(32))
})

const asked = { requestedAt: THEN, requestedPath: '/home/alice/Pictures' }

test('what a device asks for is allowed for the folder it named', async () => {
  const { daemon, user } = await openDevices({
    'network.grants': () => [aGrant('read', asked), aGrant('browse')],
    'network.grant': () => aGrant('read', { allowed: true }),
  })
  const requests = await section('Waiting for an answer')
  expect(requests.textContent).toContain('bob wants to read files of this device')
  expect(requests.textContent).toContain('/home/alice/Pictures')
  await user.click(within(requests).getByRole('button', { name: 'Allow: bob wants to read files of this device' }))
  await waitFor(() =>
    expect(daemon.asksOf('network.grant')).toEqual([
      { device: deviceId(2), what: 'read', folders: ['/home/alice/Pictures'], off: false },
    ]),
  )
})

test('what a device asks for is refused, and then it waits no longer', async () => {
  const { daemon, user } = await openDevices({
    'network.grants': () => [aGrant('send', asked)],
    'network.grant': () => aGrant('send'),
  })
  const requests = await section('Waiting for an answer')
  daemon.answer({ 'network.grants': () => [aGrant('send')] })
  await user.click(within(requests).getByRole('button', { name: 'Not now: bob wants to send files to this device' }))
  await waitFor(() => expect(daemon.asksOf('network.grant')[0]).toMatchObject({ what: 'send', folders: [], off: true }))
  await waitFor(() => expect(screen.queryByRole('heading', { name: 'Waiting for an answer' })).toBeNull())
})

test('a request is told on other pages, and leads to the answer', async () => {
  const page = await openPage('/jobs', { answers: { 'network.devices': () => [aDevice('bob')] } })
  await screen.findAllByText('bob')
  await waitFor(() => expect(page.daemon.asksOf('offers.list').length).toBeGreaterThan(0))
  await screen.findByText('No job has run yet')
  await waitFor(() => {
    page.daemon.emit('network.grant-requested', { device: bob, what: 'browse', path: null })
    expect(screen.queryAllByText('bob wants to look at the folders of this device').length).toBeGreaterThan(0)
  })
  await page.user.click(screen.getAllByRole('button', { name: 'Look' })[0]!)
  await waitFor(() => expect(page.address()).toBe('/devices'))
})

test('files that are offered are listed, and accepted', async () => {
  const names = ['a.txt', 'b.txt', 'c.txt', 'd.txt']
  const { daemon, user } = await openDevices({
    'offers.list': () => [anOffer({ names, items: 4, sender: 'Bob', folder: '/home/alice/Downloads' })],
    'offers.accept': () => anOffer(),
  })
  const offers = await section('Offered to this device')
  expect(offers.textContent).toContain('bob offers (sent by Bob)')
  expect(offers.textContent).toContain('Goes to /home/alice/Downloads')
  expect(offers.textContent).toContain('a.txt, b.txt, c.txt and 1 more · 4 files · 5 kB')
  await user.click(within(offers).getByRole('button', { name: 'Accept: what bob offers' }))
  await waitFor(() => expect(daemon.asksOf('offers.accept')).toEqual([{ id: anOffer().id }]))
  expect(await toastOf('The files are on their way')).toBeTruthy()
})

test('files that are offered are accepted into a folder, or declined', async () => {
  const { daemon, user } = await openDevices({
    ...new FakeFiles(aFolder('/'), aFolder('/inbox')).answers,
    'offers.list': () => [anOffer()],
    'offers.accept': () => anOffer(),
    'offers.decline': () => anOffer(),
  })
  const offers = await section('Offered to this device')
  await user.click(within(offers).getByRole('button', { name: 'Accept into…: what bob offers' }))
  const dialog = await screen.findByRole('dialog')
  await user.click(await within(dialog).findByRole('button', { name: 'inbox' }))
  await within(dialog).findByText('No folder in here')
  await user.click(within(dialog).getByRole('button', { name: 'Choose this folder' }))
  await waitFor(() => expect(daemon.asksOf('offers.accept')).toEqual([{ id: anOffer().id, to: '/inbox' }]))
  await user.click(within(offers).getByRole('button', { name: 'Decline: what bob offers' }))
  await waitFor(() => expect(daemon.asksOf('offers.decline')).toEqual([{ id: anOffer().id }]))
})

const comparing = anOffer({
  isStranger: true,
  state: 'comparing',
  number: '123456',
  names: [],
  from: { ...bob, name: 'carol' },
})

test('a stranger’s number is compared before anything is told of the files', async () => {
  const { daemon, user } = await openDevices({
    'offers.list': () => [comparing],
    'offers.confirm': () => ({ ...comparing, confirmed: true }),
  })
  const offers = await section('Offered to this device')
  expect(offers.textContent).toContain('carol, which is not paired, wants to send files')
  // Read digit by digit.
  expect(within(offers).getByText('1 2 3 4 5 6')).toBeTruthy()
  daemon.answer({ 'offers.list': () => [{ ...comparing, confirmed: true }] })
  await user.click(within(offers).getByRole('button', { name: 'They are the same: the number that carol shows' }))
  await waitFor(() => expect(daemon.asksOf('offers.confirm')).toEqual([{ id: comparing.id, number: '123456' }]))
  expect(await within(offers).findByText('Confirmed here; carol has to as well')).toBeTruthy()
})

test('numbers that differ end the offer', async () => {
  const { daemon, user } = await openDevices({
    'offers.list': () => [comparing],
    'offers.decline': () => comparing,
  })
  const offers = await section('Offered to this device')
  await user.click(within(offers).getByRole('button', { name: 'They differ: the number that carol shows' }))
  await waitFor(() => expect(daemon.asksOf('offers.decline')).toEqual([{ id: comparing.id }]))
})

test('what was offered to others is taken back as long as nobody has answered, the newest first', async () => {
  const sent = (name: string, state: 'waiting' | 'accepted', createdAt: string) =>
    anOffer({
      id: anOffer().id.replace('70', name === 'bob' ? '71' : '72'),
      direction: 'out',
      to: { ...bob, name },
      state,
      createdAt,
      bytesDone: 2_500,
    })
  const { daemon, user } = await openDevices({
    'offers.list': ({ all }) =>
      all ? [sent('bob', 'waiting', THEN), sent('carol', 'accepted', '2024-03-13T12:00:00.000Z')] : [],
    'offers.withdraw': () => sent('bob', 'waiting', THEN),
  })
  const list = await section('Offered to others')
  expect(list.textContent.indexOf('To carol')).toBeLessThan(list.textContent.indexOf('To bob'))
  expect(within(list).getByRole('progressbar', { name: 'To carol' }).getAttribute('aria-valuenow')).toBe('50')
  await user.click(within(list).getByRole('button', { name: 'Take back: what was offered to bob' }))
  await waitFor(() => expect(daemon.asksOf('offers.withdraw')).toHaveLength(1))
  expect(within(list).queryByRole('button', { name: /carol/ })).toBeNull()
})

test('this device lets itself be seen nearby for a time', async () => {
  const { daemon, user } = await openDevices({
    'network.status': () => aNetworkStatus({ state: 'running' }),
    'nearby.list': () => ({
      visibility: { name: null, until: null, reason: null },
      devices: [{ key: 'cd'.repeat(32) as PeerKey, name: 'carol', heardAt: THEN }],
    }),
    'nearby.show': () => ({ name: 'alice', until: '2124-03-12T12:00:00.000Z', reason: null }),
  })
  const nearby = await section('Devices nearby')
  expect(nearby.textContent).toContain('carolcdcdcdcdcdcd')
  await user.click(within(nearby).getByRole('button', { name: 'Be visible for 10 minutes' }))
  await waitFor(() => expect(daemon.asksOf('nearby.show')).toEqual([{ off: false }]))
  const until = '2124-03-12T12:00:00.000Z'
  daemon.answer({ 'nearby.list': () => ({ visibility: { name: 'alice', until, reason: null }, devices: [] }) })
  daemon.emit('network.nearby-changed', { name: 'alice', until, reason: null })
  expect(await within(nearby).findByRole('button', { name: 'Stop being visible' })).toBeTruthy()
  expect(nearby.textContent).toContain('visible to everyone nearby for')
})

test('a library that is shared is joined, under another name where its own is taken', async () => {
  const invitation = { device: bob, library: { id: libraryId(2), name: 'Home' }, at: THEN }
  const { daemon, user } = await openDevices({
    'libraries.invitations': ({ sent }) => (sent ? [] : [invitation]),
    'libraries.join': ({ name }) => {
      if (name === undefined) throw new Refusal('AlreadyExists', 'there is a library Home')
      return { library: { id: libraryId(2), name }, members: [], opens: [] }
    },
  })
  const list = await section('Libraries to join')
  expect(list.textContent).toContain('shared by bob, Mar 12, 2024')
  await user.click(within(list).getByRole('button', { name: 'Join: Home' }))
  await waitFor(() => expect(daemon.asksOf('libraries.join').at(-1)).toMatchObject({ name: 'Home (bob)' }))
})

test('what becomes of offered files is set', async () => {
  const { daemon, user } = await openDevices({
    'network.devices': () => [aDevice('bob')],
    'config.get': () => [aSetting('network.receive', 'ask'), aSetting('network.receiveFolder', '')],
    'config.set': ({ key, value }) => ({ ...aSetting(key, value), restartNeeded: false }),
  })
  const receive = await section('When files are offered')
  expect(receive.textContent).toContain('The Downloads folder')
  await user.selectOptions(within(receive).getByLabelText('When files are offered'), 'Refuse them')
  await waitFor(() => expect(daemon.asksOf('config.set')).toEqual([{ key: 'network.receive', value: 'off' }]))
})

test('the page of devices is German', async () => {
  await openDevices({ 'network.grants': () => [aGrant('browse', asked)] }, 'de')
  expect(await screen.findByText('bob möchte die Ordner dieses Geräts ansehen')).toBeTruthy()
  expect(await screen.findByRole('heading', { name: 'Noch ist kein Gerät gekoppelt' })).toBeTruthy()
})

test('a device that is not paired has no page', async () => {
  const { address, user } = await openPage('/devices/carol', { answers: { 'network.devices': () => [aDevice('bob')] } })
  expect(await screen.findByRole('heading', { name: 'No such device is paired' })).toBeTruthy()
  await user.click(screen.getByRole('link', { name: 'To all devices' }))
  await waitFor(() => expect(address()).toBe('/devices'))
})

test('what a device may do is switched, and says for which folders', async () => {
  const { daemon, user } = await openDevice({
    'network.grants': () => [
      aGrant('browse'),
      aGrant('read', { allowed: true, folders: ['/photos'] }),
      aGrant('send', { allowed: true, device: { id: deviceId(9), name: 'other' } }),
    ],
    'network.grant': () => aGrant('browse', { allowed: true }),
  })
  const may = await section('What it may do here')
  expect(within(may).getByRole('switch', { name: 'Read files' }).getAttribute('aria-checked')).toBe('true')
  expect(may.textContent).toContain('/photos')
  expect(within(may).queryByRole('switch', { name: 'Send files' })).toBeNull()
  await user.click(within(may).getByRole('switch', { name: 'Look at folders' }))
  await waitFor(() =>
    expect(daemon.asksOf('network.grant')).toEqual([{ device: deviceId(2), what: 'browse', folders: [], off: false }]),
  )
})

test('a device is asked how fast it answers', async () => {
  const { daemon, user } = await openDevice({ 'network.ping': () => ({ device: aDevice('bob'), ms: 11.2 }) })
  const state = await section('State')
  expect(state.textContent).toContain('4 ms')
  await user.click(within(state).getByRole('button', { name: 'Measure now' }))
  await waitFor(() => expect(state.textContent).toContain('12 ms'))
  expect(daemon.asksOf('network.ping')).toEqual([{ device: deviceId(2) }])
})

test('a device is kept away, and its pairing is ended after a question', async () => {
  const { address, daemon, user } = await openDevice({
    'network.block': () => aDevice('bob', { state: 'blocked' }),
    'network.revoke': () => ({ device: bob }),
  })
  const pairing = await section('Pairing')
  await user.click(within(pairing).getByRole('switch', { name: 'Block' }))
  await waitFor(() => expect(daemon.asksOf('network.block')).toEqual([{ device: deviceId(2), off: false }]))
  await user.click(within(pairing).getByRole('button', { name: 'End the pairing' }))
  const dialog = await screen.findByRole('dialog', { name: 'End the pairing with bob?' })
  await user.click(within(dialog).getByRole('button', { name: 'End the pairing' }))
  await waitFor(() => expect(daemon.asksOf('network.revoke')).toEqual([{ device: deviceId(2) }]))
  await waitFor(() => expect(address()).toBe('/devices'))
})

test('a device that is not reached is diagnosed when somebody asks', async () => {
  const check = { name: 'firewall', state: 'error' as const, detail: 'UDP is blocked', fix: 'ufw allow 4433/udp' }
  const { daemon, user } = await openDevice({
    'network.devices': () => [aDevice('bob', { state: 'disconnected' })],
    'network.diagnose': () => ({ ok: false, checks: [check] }),
  })
  const why = await section('Why can it not be reached?')
  expect(daemon.asksOf('network.diagnose')).toEqual([])
  await user.click(within(why).getByRole('button', { name: 'Find out' }))
  expect(await within(why).findByText('Firewall')).toBeTruthy()
  expect(why.textContent).toContain('does not workUDP is blockedufw allow 4433/udp')
})

test('its folders are asked for only when somebody wants to see them', async () => {
  const { daemon, search, user } = await openDevice({
    'network.places': () => [{ kind: 'pictures', path: 'local://bob/home/bob/Pictures', name: 'Pictures' }],
  })
  const folders = await section('Its folders')
  expect(daemon.asksOf('network.places')).toEqual([])
  await user.click(within(folders).getByRole('link', { name: 'Look at its folders' }))
  const pictures = await within(folders).findByRole('link', { name: /^Pictures/ })
  expect(pictures.getAttribute('href')).toContain('local%3A%2F%2Fbob%2Fhome%2Fbob%2FPictures')
  expect(within(folders).getByRole('link', { name: 'The whole device' })).toBeTruthy()
  expect(search()).toEqual({ folders: true })
})

const refusals = [
  { code: 'NotAuthorised', says: 'bob has to allow it first, and was asked: there, open Devices and allow alice' },
  { code: 'Offline', says: 'They can be seen once it is connected.' },
  { code: 'Internal', says: 'something broke' },
] as const

test.for(refusals)('folders that cannot be seen ($code) say why', async ({ code, says }) => {
  await openDevice(
    {
      'network.places': () => {
        throw new Refusal(code, 'something broke')
      },
    },
    '?folders=true',
  )
  const folders = await section('Its folders')
  await waitFor(() => expect(folders.textContent).toContain(says))
})

test('libraries are shared with a device, and no longer', async () => {
  let isMember = false
  const { daemon, user } = await openDevice({
    'libraries.members': () => ({
      library: { id: libraryId(1), name: 'Home' },
      members: isMember ? [{ device: bob, isOwn: false, isPaired: true, isConnected: true, since: THEN }] : [],
      opens: [{ name: 'Photos', path: '/photos' }],
    }),
    'libraries.list': () => [aLibrary(), aLibrary({ id: libraryId(5), name: 'Closed', open: false })],
    'libraries.share': () => {
      isMember = true
      throw new Refusal('Offline', 'bob is told of it later')
    },
  })
  const shared = await section('Shared libraries')
  await waitFor(() => expect(shared.textContent).toContain('Members may fetch every indexed file in: /photos'))
  expect(shared.textContent).not.toContain('Closed')
  await user.click(within(shared).getByRole('button', { name: 'Share: Home' }))
  await waitFor(() =>
    expect(daemon.asksOf('libraries.share')).toEqual([{ library: libraryId(1), device: deviceId(2) }]),
  )
  expect(await within(shared).findByRole('button', { name: 'Stop sharing: Home' })).toBeTruthy()
  expect(shared.textContent).toContain('shared since Mar 12, 2024')
})

test('a device without active jobs says so in the words of the job tray', async () => {
  await openDevice({ 'jobs.list': () => [] })
  expect((await section('What it is doing')).textContent).toContain('No active jobs')
})

test('what a device is doing is shown, and nothing where it keeps that to itself', async () => {
  const { daemon } = await openDevice({
    'jobs.list': ({ device }) => (device ? [aJob('indexing.content')] : []),
  })
  expect(await within(await section('What it is doing')).findByText('Identifying contents')).toBeTruthy()
  daemon.answer({
    'jobs.list': ({ device }) => {
      if (device) throw new Refusal('NotAuthorised', 'it does not say')
      return []
    },
  })
  daemon.emit('device.updated', aDevice('bob'))
  await waitFor(() => expect(screen.queryByRole('heading', { name: 'What it is doing' })).toBeNull())
})
