import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { TestHome } from '../cli/test/run-cli.ts'

// Three real daemons of one machine, by the command line alone. They find each other by multicast and talk by Iroh.

const PASSWORD = 'test123'
/** What is promised of a device that has gone, in milliseconds. */
const GONE_MS = 10_000
/** A busy machine may come too late to see it. */
const TRIES = 4
const names = ['alice', 'bob', 'carol'] as const
type Name = (typeof names)[number]

interface Device {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly state: string
  readonly path: string | null
}

let home: TestHome

/** Two are instances, the third one has a data folder of its own: the two ways to have several on one machine. */
const globals = (name: Name) =>
  name === 'carol' ? ['--data-dir', join(home.path, 'carol-data')] : ['--instance', name]
const as = (name: Name, ...args: string[]) => home.run(...globals(name), ...args)
const answer = <T>(name: Name, ...args: string[]) => home.json<T>(...globals(name), ...args)
const start = (name: Name) => answer(name, 'start', '--enable-networking', '--http-port', 'off')

beforeAll(async () => {
  home = await TestHome.create()
  await Promise.all(
    names.map(async (name) => {
      await start(name)
      await answer(name, 'device', 'rename', name)
      await answer(name, 'library', 'create', `Library of ${name}`)
    }),
  )
})

afterAll(async () => {
  await Promise.all(names.map((name) => as(name, 'stop')))
  await home[Symbol.asyncDispose]()
})

test('the recipe of the documents pairs two devices, which are connected then', async () => {
  for (const name of ['alice', 'bob'] as const) {
    expect(await as(name, 'network', 'init', '--password', PASSWORD)).toMatchObject({ code: 0 })
  }
  const { stdout } = await as('alice', 'network', 'pair', 'generate', '--auto-accept')
  const code = codeIn(stdout)
  expect(code.split(' ')).toHaveLength(12)
  expect(await as('bob', 'network', 'pair', 'join', code, '--auto-accept')).toMatchObject({
    code: 0,
    stdout: 'Paired with alice.\n',
  })
  await untilDevices('alice', { bob: 'connected' })
  await untilDevices('bob', { alice: 'connected' })
  expect(await answer('bob', 'network', 'ping', 'alice')).toMatchObject({ device: { name: 'alice', path: 'direct' } })
})

test('of three devices each is paired and connected with each', async () => {
  for (const inviter of ['alice', 'bob'] as const) {
    const { stdout } = await as(inviter, 'network', 'pair', '--initiate', '--auto-accept')
    expect(await answer('carol', 'network', 'pair', '--join', codeIn(stdout), '--yes')).toMatchObject({
      device: { name: inviter },
    })
  }
  for (const name of names) {
    const others = names.filter((each) => each !== name)
    await untilDevices(name, Object.fromEntries(others.map((other) => [other, 'connected'])))
  }
})

test('the jobs of another device are listed once it allows to look', async () => {
  const photos = join(home.path, 'photos')
  await mkdir(photos)
  await writeFile(join(photos, 'beach.txt'), 'sand')
  await answer('bob', 'location', 'add', photos, '--mode', 'shallow', '--no-watch', '--wait')
  const own = await answer<{ id: string }[]>('bob', 'job', 'list')
  expect(own.length).toBeGreaterThan(0)
  const refused = await as('alice', 'job', 'list', '--device', 'bob')
  expect(refused.code).toBe(7)
  const [advice] = /network grant alice browse/.exec(refused.stderr) ?? []
  expect(await as('bob', ...advice!.split(' '))).toMatchObject({ code: 0 })
  const seen = await answer<{ id: string }[]>('alice', 'job', 'list', '--device', 'bob')
  expect(ids(seen)).toEqual(ids(own))
  await as('bob', 'network', 'grant', 'alice', 'browse', '--off')
  expect(await as('alice', 'job', 'list', '--device', 'bob')).toMatchObject({ code: 7 })
})

test('a folder of another device is listed, and a file of it comes here, once that is allowed', async () => {
  const address = `local://bob${join(home.path, 'photos')}`
  expect(await as('alice', 'file', 'list', address)).toMatchObject({ code: 7 })
  for (const what of ['browse', 'read']) await answer('bob', 'network', 'grant', 'alice', what, home.path)
  expect(await answer('alice', 'file', 'list', address)).toMatchObject({ items: [{ name: 'beach.txt' }] })
  const received = join(home.path, 'received')
  await mkdir(received)
  const fetched = await as('alice', 'network', 'fetch', `${address}/beach.txt`, '--to', received, '--wait')
  expect(fetched.code, `${fetched.stdout}${fetched.stderr}`).toBe(0)
  expect(await readFile(join(received, 'beach.txt'), 'utf8')).toBe('sand')

  // A link is not followed and not sent, and the command says so.
  await symlink('beach.txt', join(home.path, 'photos', 'link'))
  const whole = await as('alice', 'network', 'fetch', address, '--to', received, '--wait')
  expect(whole.code).toBe(5)
  expect(unwrapped(whole.stdout)).toMatch(/1 file, .*; 1 file or folder left out: network transfer info /)
})

test('a content that has changed is not stored, and printing it ends with an error', async () => {
  const folder = join(home.path, 'contents')
  await mkdir(folder)
  const path = join(folder, 'note.txt')
  await writeFile(path, 'the true words')
  await answer('bob', 'location', 'add', folder, '--mode', 'content', '--no-watch', '--wait')
  const { contentId } = await answer<{ contentId: string }>('bob', 'file', 'info', path)
  const address = `content://${contentId}`
  expect(await as('alice', 'cat', address)).toMatchObject({ code: 0, stdout: 'the true words' })
  await writeFile(path, 'something else')
  const printed = await as('alice', 'cat', address)
  expect(printed).toMatchObject({ code: 1, stdout: 'something else' })
  expect(unwrapped(printed.stderr)).toContain(`bob sent something else than ${address}; do not use what was printed`)
  const received = join(home.path, 'received-contents')
  const fetched = await as('alice', 'network', 'fetch', address, '--to', received, '--wait')
  expect(fetched.code).toBe(1)
  expect(unwrapped(fetched.stdout + fetched.stderr)).toContain(`bob sent something else than ${address}`)
  expect(await readdir(received)).toEqual([])
})

/** Without the breaks of lines that a terminal gets. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

test('offered files arrive once the offer is accepted', async () => {
  const path = join(home.path, 'shell.txt')
  await writeFile(path, 'shell')
  const sending = as('alice', 'network', 'spacedrop', 'bob', path)
  const offers = () => answer<{ id: string }[]>('bob', 'network', 'offers', 'list')
  const offer = await vi.waitUntil(async () => (await offers())[0])
  const folder = join(home.path, 'dropped')
  await mkdir(folder)
  await answer('bob', 'network', 'offers', 'accept', offer.id, '--to', folder)
  expect(await sending).toMatchObject({ code: 0 })
  expect(await readFile(join(folder, 'shell.txt'), 'utf8')).toBe('shell')
})

test('a drop of which a file does not arrive ends with code 5, and says which and why', async () => {
  const trip = join(home.path, 'drop')
  await mkdir(trip)
  await writeFile(join(trip, 'a.bin'), Buffer.alloc(2_000_000))
  await writeFile(join(trip, 'b.txt'), 'as it was offered')
  // So slow that the second file is changed while the first one is on its way, also where each command takes seconds.
  await answer('alice', 'config', 'set', 'network.maxBytesPerSecond', '20000')
  const sending = as('alice', 'network', 'spacedrop', 'bob', trip)
  const offers = () => answer<{ id: string; folder: string }[]>('bob', 'network', 'offers', 'list')
  const offer = await vi.waitUntil(async () => (await offers())[0])
  expect(offer.folder).not.toBe('')
  const folder = join(home.path, 'partly')
  await mkdir(folder)
  const { transfer } = await answer<{ transfer: string }>(
    'bob',
    'network',
    'offers',
    'accept',
    offer.id,
    '--to',
    folder,
  )
  const info = () => answer<{ state: string }>('bob', 'network', 'transfer', 'info', transfer)
  await vi.waitUntil(async () => (await info()).state === 'running')
  await writeFile(join(trip, 'b.txt'), 'something else, and longer')
  await answer('alice', 'config', 'set', 'network.maxBytesPerSecond', '0')
  const { code, stderr, stdout } = await sending
  expect(code).toBe(5)
  expect(unwrapped(stdout)).toContain('1 file did not arrive')
  expect(unwrapped(stderr)).toContain('drop/b.txt: the file changed in the meantime; try again')
  expect(await readdir(join(folder, 'drop'))).toEqual(['a.bin'])
})

test('a library that is shared is joined under its own id and name', async () => {
  const { library } = await answer<{ library: object }>('alice', 'library', 'share', 'Library of alice', 'carol')
  await vi.waitFor(async () =>
    expect(await answer('carol', 'library', 'invitations')).toMatchObject([{ device: { name: 'alice' }, library }]),
  )
  expect(await answer('carol', 'library', 'join', 'alice', 'Library of alice')).toMatchObject({ library })
  for (const name of ['alice', 'carol'] as const) {
    await vi.waitFor(async () => {
      const { members } = await answer<{ members: { device: { name: string } }[] }>(
        name,
        'library',
        'members',
        'Library of alice',
      )
      expect(members.map(({ device }) => device.name).toSorted()).toEqual(['alice', 'carol'])
    })
  }
  expect(await as('bob', 'library', 'join', 'alice', 'Library of alice')).toMatchObject({ code: 3 })
})

test('a device that is killed is gone within ten seconds, and back when it is started again', async () => {
  let took = Infinity
  for (let n = 0; took >= GONE_MS && n < TRIES; n++) {
    const { pid } = await answer<{ pid: number }>('bob', 'status')
    const killed = performance.now()
    process.kill(pid, 'SIGKILL')
    await untilDevices('alice', { bob: 'disconnected', carol: 'connected' })
    took = performance.now() - killed

    await start('bob')
    // Its key is wrapped, so that who finds the disk cannot pass for it.
    expect(await answer('bob', 'network', 'status')).toMatchObject({ state: 'locked' })
    expect(await as('bob', 'network', 'start', '--password', 'wrong')).toMatchObject({ code: 7 })
    await answer('bob', 'network', 'start', '--password', PASSWORD)
    await untilDevices('alice', { bob: 'connected', carol: 'connected' })
    await untilDevices('bob', { alice: 'connected', carol: 'connected' })
  }
  expect(took).toBeLessThan(GONE_MS)
})

test('a device that is revoked is gone at once, and told so', async () => {
  expect(await answer('alice', 'network', 'revoke', 'carol', '--yes')).toMatchObject({ device: { name: 'carol' } })
  expect(Object.keys(await devicesOf('alice'))).toEqual(['bob'])
  await untilDevices('carol', { bob: 'connected' })
  expect(await as('carol', 'network', 'ping', 'alice')).toMatchObject({ code: 3 })
  expect(await as('alice', 'network', 'ping', 'carol')).toMatchObject({ code: 3 })
})

test('a device that is not paired is sent files, once the numbers on both screens were confirmed', async () => {
  expect(await answer('carol', 'network', 'visible', '--minutes', '10')).toMatchObject({ name: 'carol' })
  const nearby = () => answer<{ devices: { name: string }[] }>('alice', 'network', 'nearby')
  await vi.waitFor(async () => expect((await nearby()).devices).toMatchObject([{ name: 'carol' }]), {
    interval: 100,
  })
  const path = join(home.path, 'pearl.txt')
  await writeFile(path, 'pearl')
  const sending = as('alice', 'network', 'spacedrop', 'carol', path, '--nearby')
  interface Compared {
    readonly id: string
    readonly number: string
    readonly names: readonly string[]
    readonly state: string
  }
  const offersOf = (name: Name) => answer<Compared[]>(name, 'network', 'offers', 'list', '--all')
  const offer = await vi.waitUntil(async () => (await offersOf('carol')).find(({ state }) => state === 'comparing'))
  expect(offer.names).toEqual([])
  const [sent] = await offersOf('alice')
  expect(sent).toMatchObject({ id: offer.id, number: offer.number })
  const wrong = offer.number === '000000' ? '000001' : '000000'
  expect(await as('carol', 'network', 'offers', 'confirm', offer.id, wrong)).toMatchObject({ code: 2 })
  for (const name of ['alice', 'carol'] as const) {
    expect(await as(name, 'network', 'offers', 'confirm', offer.id, offer.number)).toMatchObject({ code: 0 })
  }
  await vi.waitFor(async () =>
    expect(await answer('carol', 'network', 'offers', 'info', offer.id)).toMatchObject({
      state: 'waiting',
      names: ['pearl.txt'],
    }),
  )
  const folder = join(home.path, 'from-strangers')
  await mkdir(folder)
  await answer('carol', 'network', 'offers', 'accept', offer.id, '--to', folder)
  expect(await sending).toMatchObject({ code: 0 })
  expect(await readFile(join(folder, 'pearl.txt'), 'utf8')).toBe('pearl')
  // Nobody is paired by it.
  expect(Object.keys(await devicesOf('alice'))).toEqual(['bob'])
  expect(await answer('carol', 'network', 'visible', '--off')).toMatchObject({ name: null })
})

/** Scripts rely on this line. */
function codeIn(stdout: string): string {
  return /^Pairing code: (.*)$/m.exec(stdout)?.[1] ?? ''
}

async function devicesOf(name: Name): Promise<Record<string, string>> {
  const devices = await answer<Device[]>(name, 'network', 'devices')
  return Object.fromEntries(devices.map((device) => [device.name, device.state]))
}

/** Waits until a device lists the others in these states, and no more. */
async function untilDevices(name: Name, states: Readonly<Record<string, string>>): Promise<void> {
  await vi.waitFor(async () => expect(await devicesOf(name)).toEqual(states), { interval: 100 })
}

function ids(jobs: readonly { readonly id: string }[]): string[] {
  return jobs.map(({ id }) => id).toSorted()
}
