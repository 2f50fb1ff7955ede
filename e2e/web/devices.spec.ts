import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Page } from '@playwright/test'
import { axeInEachLook, settled } from './axe.ts'
import { expect, test as base, TestDaemon } from './fixtures.ts'
import { listingsAsked } from './listings-asked.ts'

interface Code {
  readonly code: string
  readonly invitation: string
  readonly addresses: readonly string[]
}
interface Status {
  readonly state: string
  readonly number: string | null
}
interface NearbyList {
  readonly devices: readonly { readonly name: string }[]
}
interface Drop {
  readonly id: string
  readonly number: string | null
  readonly state: string
}
interface Device {
  readonly id: string
  readonly name: string
  readonly state: string
}

/** alice, whose page is looked at, and bob: two real devices on the loopback interface. */
const test = base.extend<{ alice: TestDaemon; bob: TestDaemon }>({
  // oxlint-disable-next-line no-empty-pattern
  alice: async ({}, use) => {
    await using daemon = await device('alice')
    await use(daemon)
  },
  // oxlint-disable-next-line no-empty-pattern
  bob: async ({}, use) => {
    await using daemon = await device('bob')
    await use(daemon)
  },
})

test('a code shown on the page pairs two devices, after both numbers were compared', async ({ alice, bob, page }) => {
  await alice.open(page, '/devices')
  await expect(page.getByRole('heading', { name: 'No device is paired yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Pair a device' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Pair a device' })
  await dialog.getByRole('button', { name: 'Turn networking on' }).click()
  const list = dialog.getByRole('list', { name: 'The twelve words' })
  await expect(list.getByRole('listitem')).toHaveCount(12)
  const words = (await list.getByRole('listitem').allInnerTexts()).map((text) => text.replace(/[^a-z]/g, ''))
  await expect(dialog.getByRole('img', { name: 'The same code as a picture to scan' })).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])
  const [address] = await shownAddresses(page)

  await bob.call('network.start')
  const joined = bob.call('pairing.join', { code: words.join(' '), address })
  await expect(dialog.getByRole('heading', { name: 'Is this the number on the other screen?' })).toBeFocused()
  await expect(dialog.getByText('bob', { exact: true })).toBeVisible()
  let number: string | null = null
  await expect.poll(async () => (number = (await bob.call<Status>('pairing.status')).number)).not.toBeNull()
  await expect(dialog.getByText(spelled(number))).toBeAttached()
  expect(await axeInEachLook(page)).toEqual([])
  await dialog.getByRole('button', { name: 'They are the same' }).click()
  await expect(dialog.getByText('Confirmed here.')).toBeVisible()
  await bob.call('pairing.confirm', { number })
  await joined
  await expect(dialog.getByRole('heading', { name: 'bob is paired' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).last().click()

  // Live, with no look at the page again.
  await expect(page.getByRole('main').getByText('connected directly')).toBeVisible()
  await bob.call('network.stop')
  await expect(page.getByRole('main').getByText(/not reachable since/)).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Places' }).getByText(/not reachable since/)).toBeAttached()
})

test('the words of another device are pasted at once, and what is wrong with them is said', async ({
  alice,
  bob,
  page,
}) => {
  await alice.call('network.start')
  await bob.call('network.start')
  const { addresses, code, invitation } = await bob.call<Code>('pairing.generate')
  await alice.open(page, '/devices?pair=words')
  const dialog = page.getByRole('dialog', { name: 'Pair a device' })
  const first = dialog.getByRole('textbox', { name: 'Word 1', exact: true })
  const [right, ...others] = code.split(' ')
  await expect(first).toBeFocused()
  await paste(page, [`${right}x`, ...others].join(' '))
  await expect(dialog.getByRole('textbox', { name: 'Word 12' })).toHaveValue(others.at(-1)!)
  await dialog.getByRole('button', { name: 'Pair', exact: true }).click()
  await expect(dialog.getByRole('alert').filter({ hasText: 'No code contains' })).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])
  await dialog.getByRole('button', { name: `Use “${right}” as word 1` }).click()
  await expect(first).toHaveValue(right!)

  await dialog.getByLabel('Address of the other device').fill(addresses[0]!)
  await dialog.getByRole('button', { name: 'Pair', exact: true }).click()
  await expect(dialog.getByRole('heading', { name: 'Is this the number on the other screen?' })).toBeFocused()
  await dialog.getByRole('button', { name: 'They differ' }).click()
  await expect(dialog.getByRole('heading', { name: 'The numbers differ: nothing was paired' })).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])
  expect(await alice.call<Device[]>('network.devices')).toEqual([])

  await dialog.getByRole('button', { name: 'Try again' }).click()
  const next = await bob.call<Code>('pairing.generate', { autoAccept: true })
  await dialog.getByRole('button', { name: 'Clear the words' }).click()
  await dialog.getByLabel('Address of the other device').fill('')
  await first.focus()
  await paste(page, next.invitation)
  await dialog.getByRole('button', { name: 'Pair', exact: true }).click()
  await expect(dialog.getByText('Nobody compares the number at bob')).toBeVisible()
  await dialog.getByRole('button', { name: 'They are the same' }).click()
  await expect(dialog.getByRole('heading', { name: 'bob is paired' })).toBeVisible()
  expect(next.invitation).not.toBe(invitation)
})

test('closing the dialog ends its code; words of no device, and a code that was cancelled, say so', async ({
  alice,
  bob,
  page,
}) => {
  await alice.call('network.start')
  await alice.open(page, '/devices?pair=code')
  const dialog = page.getByRole('dialog', { name: 'Pair a device' })
  await expect(dialog.getByRole('list', { name: 'The twelve words' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect.poll(async () => (await alice.call<Status>('pairing.status')).state).toBe('cancelled')

  await page.getByRole('button', { name: 'Pair a device' }).first().click()
  await expect(dialog.getByRole('list', { name: 'The twelve words' })).toBeVisible()
  await alice.call('pairing.cancel')
  await expect(dialog.getByRole('heading', { name: 'The pairing was cancelled' })).toBeFocused()
  await dialog.getByRole('button', { name: 'Make a new code' }).click()
  await expect(dialog.getByRole('list', { name: 'The twelve words' })).toBeVisible()
  expect(await bob.call<Device[]>('network.devices')).toEqual([])
})

test('a paired device: what it may do, kept away, and its pairing ended', async ({ alice, bob, page }) => {
  await pair(alice, bob)
  await alice.open(page, '/devices')
  const place = page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /bob/ })
  await expect(place).not.toHaveAttribute('aria-current')
  await page.getByRole('main').getByRole('link', { name: 'bob' }).click()
  await expect(page.getByRole('heading', { name: 'bob', level: 1 })).toBeVisible()
  await expect(place).toHaveAttribute('aria-current', 'page')
  // By its other name.
  await page.goto(new URL('/devices/bob', alice.origin).href)
  await expect(place).toHaveAttribute('aria-current', 'page')
  await expect(page.getByRole('main').getByText('connected directly')).toBeVisible()
  const opened = alice.folder('opened').path
  await alice.call('locations.add', { path: opened })
  await page.getByRole('switch', { name: 'Look at folders' }).click()
  await expect
    .poll(() => alice.call('network.grants', { device: 'bob' }))
    .toContainEqual(expect.objectContaining({ what: 'browse', allowed: true, folders: [opened] }))
  await expect(page.getByText(opened).first()).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Look at folders' })).toBeChecked()
  await page.getByRole('button', { name: 'Measure now' }).click()
  await expect(page.getByText(/^\d+ ms$/)).toBeVisible()
  await settled(page)
  expect(await axeInEachLook(page)).toEqual([])

  await page.getByRole('switch', { name: 'Block' }).click()
  await expect(page.getByRole('main').getByText('blocked')).toBeVisible()
  await page.getByRole('switch', { name: 'Block' }).click()
  await expect(page.getByRole('main').getByText('connected directly')).toBeVisible()

  await page.getByRole('button', { name: 'End the pairing' }).click()
  const dialog = page.getByRole('dialog', { name: 'End the pairing with bob?' })
  await expect(dialog).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])
  await dialog.getByRole('button', { name: 'End the pairing' }).click()
  await expect(page.getByRole('heading', { name: 'No device is paired yet' })).toBeVisible()
  expect(await alice.call<Device[]>('network.devices')).toEqual([])
})

test('files that are offered are accepted into a folder, and files of the page are offered', async ({
  alice,
  bob,
  page,
}) => {
  await pair(alice, bob)
  const received = alice.folder('received')
  await alice.call('config.set', { key: 'network.receiveFolder', value: received.path })
  await alice.open(page, '/jobs')
  await expect(page.getByRole('navigation', { name: 'Places' }).getByText('connected directly')).toBeAttached()
  const letters = bob.folder('letters')
  const path = letters.write('letter.txt', 'Dear alice')
  await bob.call('offers.send', { device: 'alice', paths: [path], sender: 'Bob' })
  await expect(page.getByText('bob offers files')).toBeVisible()
  await page.getByRole('contentinfo').getByRole('link', { name: '1 offer to accept' }).click()
  await expect(page.getByText('bob offers (sent by Bob)')).toBeVisible()
  await expect(page.getByRole('main').getByText('letter.txt')).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])
  await page.getByRole('button', { name: 'Accept: what bob offers' }).click()
  await expect.poll(() => existsSync(join(received.path, 'letter.txt'))).toBe(true)
  await page.goto(new URL('/jobs', alice.origin).href)
  const row = page.getByRole('main').getByRole('listitem').filter({ hasText: 'from bob' })
  await expect(row.getByText('done')).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])

  await page.goto(new URL(received.address({ view: 'list' }), alice.origin).href)
  await page.getByRole('row', { name: /^letter.txt/ }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Send to device' }).click()
  await page.getByRole('menuitem', { name: 'bob', exact: true }).click()
  await expect(page.getByText('Offered to bob')).toBeVisible()
  await expect.poll(() => bob.call('offers.list')).toMatchObject([{ names: ['letter.txt'], from: { name: 'alice' } }])
  await page.goto(new URL('/devices', alice.origin).href)
  await page.getByRole('button', { name: 'Take back: what was offered to bob' }).click()
  await expect(page.getByText('taken back')).toBeVisible()
  await expect.poll(() => bob.call('offers.list')).toEqual([])
})

test('files come from and go to a device nearby that is not paired, after both numbers were compared', async ({
  alice,
  bob,
  page,
}) => {
  // Other tests let devices be seen on the same network.
  const [here, there] = [`alice ${randomUUID().slice(0, 8)}`, `bob ${randomUUID().slice(0, 8)}`]
  await alice.call('devices.rename', { name: here })
  await bob.call('devices.rename', { name: there })
  const received = alice.folder('received')
  await alice.call('config.set', { key: 'network.receiveFolder', value: received.path })
  for (const daemon of [alice, bob]) await daemon.call('network.start')
  await alice.open(page, '/devices')
  await page.getByRole('button', { name: 'Be visible for 10 minutes' }).click()
  await expect(page.getByRole('button', { name: 'Stop being visible' })).toBeVisible()
  const seen = async () => (await bob.call<NearbyList>('nearby.list')).devices.find(({ name }) => name === here)
  await expect.poll(seen).toBeTruthy()
  const path = bob.folder('letters').write('letter.txt', 'Dear stranger')
  const { id, number } = await bob.call<Drop>('offers.send', { device: here, paths: [path], nearby: true })
  await expect(page.getByText(`${there}, which is not paired, wants to send files`)).toBeVisible()
  await expect(page.getByText(spelled(number))).toBeAttached()
  await expect(page.getByText('letter.txt')).toBeHidden()
  await settled(page)
  expect(await axeInEachLook(page)).toEqual([])
  await page.getByRole('button', { name: `They are the same: the number that ${there} shows` }).click()
  await expect(page.getByText(`Confirmed here; ${there} has to as well`)).toBeVisible()
  await bob.call('offers.confirm', { id, number })
  await expect(page.getByText('Not paired; the numbers were compared.')).toBeVisible()
  await page.getByRole('button', { name: `Accept: what ${there} offers` }).click()
  await expect.poll(() => existsSync(join(received.path, 'letter.txt'))).toBe(true)
  await page.getByRole('button', { name: 'Stop being visible' }).click()
  await expect(page.getByRole('button', { name: 'Be visible for 10 minutes' })).toBeVisible()

  await bob.call('nearby.show')
  await page.goto(new URL(received.address({ view: 'list' }), alice.origin).href)
  await page.getByRole('row', { name: /^letter.txt/ }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Send to device' }).click()
  await page.getByRole('menuitem', { name: there }).click()
  await expect(page.getByText(`Compare this number with the one ${there} shows`)).toBeVisible()
  let offer: Drop | undefined
  await expect.poll(async () => ([offer] = await bob.call<Drop[]>('offers.list')) && offer?.number).toBeTruthy()
  await expect(page.getByText(spelled(offer!.number))).toBeAttached()
  await page.getByRole('button', { name: `They differ: the number that ${there} shows` }).click()
  await expect.poll(async () => (await bob.call<Drop>('offers.info', { id: offer!.id })).state).toBe('withdrawn')
  expect(await alice.call<Device[]>('network.devices')).toEqual([])
})

test('a library is shared on the page, and joined at the other device', async ({ alice, bob, page }) => {
  await pair(alice, bob)
  await alice.open(page, '/devices/bob')
  await page.getByRole('button', { name: 'Share: Test' }).click()
  await expect(page.getByText('Invited; a user of bob has to join')).toBeVisible()
  const invitations = () => bob.call<unknown[]>('libraries.invitations')
  await expect.poll(invitations).toHaveLength(1)
  const page2 = await page.context().newPage()
  await bob.open(page2, '/devices')
  await expect(page2.getByText(/shared by alice/)).toBeVisible()
  expect(await axeInEachLook(page2)).toEqual([])
  // bob has a library of this name, too.
  await page2.getByRole('button', { name: 'Join: Test' }).click()
  await expect(page2.getByText('This device has joined Test (alice)')).toBeVisible()
  await expect(page.getByText(/^shared since/)).toBeVisible()
  await page.getByRole('button', { name: 'Stop sharing: Test' }).click()
  await expect(page.getByText('not shared')).toBeVisible()
})

test('of a large folder of another device the last rows are not kept: nobody tells of its changes', async ({
  alice,
  bob,
  page,
}) => {
  await pair(alice, bob)
  await bob.call('network.grant', { device: 'alice', what: 'browse', everything: true })
  const folder = bob.folder('many')
  for (let i = 0; i < 300; i++) folder.write(`file ${i + 100}.txt`)
  await folder.index()
  const asked = listingsAsked(page)
  await alice.open(page, `/browse?view=list&path=local://bob${folder.path}`)
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '301')
  // Looked at again, long after the last rows of a folder of this device would have been asked for.
  await expect.poll(() => asked.length).toBeGreaterThan(2)
  expect(asked.filter(({ offset }) => offset > 0)).toEqual([])
  await page.getByRole('row', { name: 'file 100.txt' }).click()
  await page.keyboard.press('End')
  await expect(page.getByRole('row', { name: 'file 399.txt' })).toBeFocused()
})

test('the folders of a paired device are browsed once it allows it, and stay when it goes away', async ({
  alice,
  bob,
  page,
}) => {
  await pair(alice, bob)
  const folder = bob.folder('pictures')
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 30 }
  folder.write(
    'photo.jpg',
    await sharp({ create: { width: 400, height: 300, channels: 3, background: '#468', noise } })
      .jpeg()
      .toBuffer(),
  )
  folder.write('inside/letter.txt', 'Dear alice')
  await folder.index('content')
  await alice.open(page, '/devices/bob')
  await page.getByRole('link', { name: 'Look at its folders' }).click()
  await expect(page.getByText('bob has to allow it first')).toBeVisible()
  await bob.call('network.grant', { device: 'alice', what: 'browse', everything: true })
  await page
    .getByRole('main')
    .getByRole('link', { name: /^pictures/ })
    .click()
  const rows = page.getByRole('row').or(page.getByRole('gridcell'))
  await expect(rows.filter({ hasText: 'photo' }).first()).toBeVisible()
  await page.goto(new URL(`/browse?view=list&path=local://bob${folder.path}`, alice.origin).href)
  const place = page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /bob/ })
  await expect(place).toHaveAttribute('aria-current', 'page')
  const photo = page.getByRole('row', { name: /^photo.jpg/ })
  await expect(photo).toBeVisible()
  await expect
    .poll(() => photo.locator('img').evaluateAll((images) => images.some((image) => 'shown' in image.dataset)))
    .toBe(true)
  await settled(page)
  expect(await axeInEachLook(page)).toEqual([])

  // Back to where it was from, after a look into a folder below.
  await page.getByRole('row', { name: /^inside/ }).dblclick()
  await expect(page.getByRole('row', { name: /^letter.txt/ })).toBeVisible()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(photo).toBeVisible()

  await bob.call('network.stop')
  await expect(page.getByText(/^bob is not reachable. This is what was seen last/)).toBeVisible()
  await expect(photo).toBeVisible()
  await bob.call('network.start')
  await expect(page.getByText(/^bob is not reachable/)).toBeHidden()

  await bob.call('network.grant', { device: 'alice', what: 'read', everything: true })
  const received = alice.folder('received')
  await alice.call('config.set', { key: 'network.receiveFolder', value: received.path })
  await photo.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Copy to this device' }).click()
  await expect.poll(() => existsSync(join(received.path, 'photo.jpg'))).toBe(true)
})

/** A device that is reached on the loopback interface only; networking is off. */
async function device(name: string): Promise<TestDaemon> {
  const daemon = await TestDaemon.start()
  await daemon.call('devices.rename', { name })
  await daemon.call('config.set', { key: 'network.address', value: '127.0.0.1' })
  return daemon
}

/** A number as a page shows it. */
function spelled(number: string | null): string {
  return number!.split('').join(' ')
}

/** Pairs two devices as scripts do, and waits until they are connected. */
async function pair(one: TestDaemon, other: TestDaemon): Promise<void> {
  await one.call('network.start')
  await other.call('network.start')
  const { invitation } = await one.call<Code>('pairing.generate', { autoAccept: true })
  await other.call('pairing.join', { code: invitation, autoAccept: true })
  for (const daemon of [one, other])
    await expect
      .poll(async () => (await daemon.call<Device[]>('network.devices')).map(({ state }) => state))
      .toEqual(['connected'])
}

async function shownAddresses(page: Page): Promise<string[]> {
  await page.getByText('The other device does not find this one?').click()
  return page.getByRole('dialog').getByRole('listitem').filter({ hasText: /:\d+$/ }).allInnerTexts()
}

/** Into what has the focus. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const data = new DataTransfer()
    data.setData('text/plain', pasted)
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    document.activeElement?.dispatchEvent(event)
  }, text)
}
