import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { MORE_THAN_OFFERED } from '../src/network/transfer/index.ts'
import { toldSentence } from '../src/network/wire/told-error.ts'
import { createTestNetwork } from '../testing/test-network.ts'

// What a received file is like: its permissions, times, name and origin, and what is said of it.

const { signal } = new AbortController()
/** Larger than one chunk: such a file is put together in a part. */
const LARGE = 3_000_000

async function createPair() {
  const network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  for (const what of ['browse', 'read'] as const)
    bob.core.network.grants.allow(network.idOf('alice'), what, { everything: true })
  const to = alice.path('received')
  mkdirSync(to, { recursive: true })
  const fetch = async (path: string, preserve: boolean) => {
    const address = `local://bob${realpathSync(bob.path(path))}`
    const [begun] = await alice.core.fetches.fetch({ addresses: [address], to, preserve }, signal)
    return alice.core.network.transfers.wait(begun!.id, signal)
  }
  const drop = async (paths: readonly string[]) => {
    const device = { id: network.idOf('bob'), name: 'bob' }
    const { id } = await alice.core.network.spacedrop.send({ device, paths, sender: null }, signal)
    await vi.waitUntil(() => bob.core.network.spacedrop.list({ all: false }).length > 0)
    return id
  }
  return { network, alice, bob, to, fetch, drop }
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

test.each([false, true])('permissions are never wider than there, with preserve %s', async (preserve) => {
  const { bob, fetch, network, to } = await createPair()
  await using _network = network
  const modes = { 'private.txt': 0o600, 'all.txt': 0o777, 'group.txt': 0o640, 'tool.sh': 0o755 }
  for (const [name, mode] of Object.entries(modes)) chmodSync(bob.write(`trip/${name}`, name), mode)
  chmodSync(bob.write('trip/large.bin', new Uint8Array(LARGE)), 0o600)
  mkdirSync(bob.path('trip/closed'))
  bob.write('trip/closed/inside.txt', 'inside')
  chmodSync(bob.path('trip/closed'), 0o700)
  chmodSync(bob.path('trip'), 0o750)
  const old = new Date('2001-02-03T04:05:06Z')
  for (const path of ['trip/closed', 'trip']) utimesSync(bob.path(path), old, old)
  expect(await fetch('trip', preserve)).toMatchObject({ state: 'completed', failed: 0, notes: [] })
  const umask = process.umask()
  const expected = Object.fromEntries(
    Object.entries({ ...modes, 'large.bin': 0o600 }).map(([name, mode]) => [
      name,
      mode & ~umask & (preserve ? 0o777 : 0o666),
    ]),
  )
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, modeOf(join(to, 'trip', name))]))).toEqual(
    expected,
  )
  expect(modeOf(join(to, 'trip/closed'))).toBe(0o700)
  expect(modeOf(join(to, 'trip'))).toBe(0o750 & ~umask)
  const times = ['trip', 'trip/closed'].map((path) => statSync(join(to, path)).mtime.getTime())
  expect(times.map((time) => time === old.getTime())).toEqual([preserve, preserve])
})

test('during a transfer, only the owner can read the unfinished file', async () => {
  const { alice, bob, network, to } = await createPair()
  await using _network = network
  await bob.core.config.set('network.maxBytesPerSecond', '500000')
  // So much that it takes minutes.
  chmodSync(bob.write('large.bin', new Uint8Array(64_000_000)), 0o644)
  const address = `local://bob${realpathSync(bob.path('large.bin'))}`
  const [begun] = await alice.core.fetches.fetch({ addresses: [address], to, preserve: true }, signal)
  const parts = () => readdirSync(to).filter((name) => name.endsWith('.part'))
  await vi.waitUntil(() => parts().length > 0)
  expect(modeOf(join(to, parts()[0]!))).toBe(0o600)
  await alice.core.network.transfers.cancel(begun!.id)
})

test.skipIf(process.platform !== 'linux')(
  'a dropped file cannot be run, and is marked with where it is from',
  async () => {
    const { alice, bob, drop, network } = await createPair()
    await using _network = network
    const path = alice.write('tool.sh', '#!/bin/sh')
    chmodSync(path, 0o777)
    const id = await drop([path])
    const to = bob.path('dropped')
    mkdirSync(to)
    const { transfer } = bob.core.network.spacedrop.accept(id, to)
    const ended = await bob.core.network.transfers.wait(transfer!, signal)
    expect(ended).toMatchObject({ state: 'completed' })
    expect(modeOf(join(to, 'tool.sh')) & 0o111).toBe(0)
    expect(modeOf(join(to, 'tool.sh')) & 0o022 & process.umask()).toBe(0)
    // A disk without extended attributes keeps no mark, and the transfer says so.
    const origin = ended.notes.length === 0 ? originOf(join(to, 'tool.sh')) : ended.notes[0]!.message
    expect(origin).toMatch(/^spacedrive:\/\/alice$|not marked with their origin/)
  },
)

test.skipIf(process.platform !== 'linux')(
  'a file of another device that is opened is marked with where it is from',
  async () => {
    const { alice, bob, network } = await createPair()
    await using _network = network
    const address = `local://bob${realpathSync(bob.write('tool.sh', '#!/bin/sh'))}`
    await alice.core.fetches.toOpen(address, alice.library, signal)
    const opened = readdirSync(join(alice.dataDir, 'opened'), { recursive: true, withFileTypes: true })
    const [file] = opened.filter((entry) => entry.isFile()).map(({ name, parentPath }) => join(parentPath, name))
    expect(modeOf(file!) & 0o111).toBe(0)
    const mayBeMarked = spawnSync('python3', ['-c', WRITES_MARK, file!]).status === 0
    expect(mayBeMarked ? originOf(file!) : 'a disk without marks').toMatch(
      /^spacedrive:\/\/bob$|^a disk without marks$/,
    )
  },
)

const READS_ORIGIN = 'import os,sys; print(os.getxattr(sys.argv[1], "user.xdg.origin.url").decode())'
const WRITES_MARK = 'import os,sys; os.setxattr(sys.argv[1], "user.spacedrive.test", b"1")'

function originOf(path: string): string {
  return execFileSync('python3', ['-c', READS_ORIGIN, path], { encoding: 'utf8' }).trim()
}

test('names that had to be changed are said', async () => {
  const { alice, bob, fetch, network, to } = await createPair()
  await using _network = network
  const long = `${'n'.repeat(250)}.txt`
  mkdirSync(bob.path('trip'))
  for (const name of [long, '\u00e9.txt', 'e\u0301.txt']) writeFileSync(join(bob.path('trip'), name), name)
  const ended = await fetch('trip', false)
  expect(ended).toMatchObject({ state: 'completed', failed: 0 })
  const changed = ended.notes.map(({ path }) => path.normalize('NFC')).toSorted()
  expect(changed).toEqual([`trip/${long}`, 'trip/\u00e9.txt'])
  for (const { message } of ended.notes) {
    const name = /^it was saved as (.+): its name /.exec(message)![1]!
    expect(readdirSync(join(to, 'trip'))).toContain(name)
  }
  expect(alice.core.network.transfers.get(ended.id).notes).toEqual(ended.notes)
})

test('an offer from which something is left out says so to its end', async () => {
  const { alice, bob, drop, network } = await createPair()
  await using _network = network
  alice.write('trip/a.txt', 'a')
  symlinkSync('/etc/hostname', alice.path('trip/link'))
  const id = await drop([alice.path('trip')])
  const to = bob.path('dropped')
  mkdirSync(to)
  bob.core.network.spacedrop.accept(id, to)
  await vi.waitUntil(() => alice.core.network.spacedrop.get(id).state === 'completed')
  expect(alice.core.network.spacedrop.get(id).reason).toBe('trip/link is left out: it is a link to another place')
})

test('the other device learns names and never where files are', async () => {
  const { alice, bob, drop, network } = await createPair()
  await using _network = network
  const path = alice.write('secret-place/a.txt', 'a')
  const id = await drop([path])
  rmSync(path)
  mkdirSync(bob.path('dropped'))
  const { transfer } = bob.core.network.spacedrop.accept(id, bob.path('dropped'))
  const ended = await bob.core.network.transfers.wait(transfer!, signal)
  expect(ended).toMatchObject({ state: 'failed' })
  expect(ended.error!.message).toBe('alice: a.txt cannot be read')
  const said = JSON.stringify([ended, bob.core.network.spacedrop.list({ all: true })])
  expect(said).not.toContain('secret-place')
})

test('an offer says beforehand where its files go, and the sender hears of each file that did not arrive', async () => {
  const { alice, bob, drop, network } = await createPair()
  await using _network = network
  await bob.core.config.set('network.receiveFolder', bob.path('inbox'))
  alice.write('trip/a.txt', 'a')
  alice.write('trip/b.txt', 'b')
  const id = await drop([alice.path('trip')])
  expect(bob.core.network.spacedrop.get(id)).toMatchObject({ folder: bob.path('inbox'), state: 'waiting' })
  expect(alice.core.network.spacedrop.get(id)).toMatchObject({ folder: null })
  // Read when it is wanted: a link in the place of a file is not followed.
  bob.core.network.transfers.onChange(({ bytes, state }) => {
    if (state !== 'running' || bytes.total === null) return
    rmSync(alice.path('trip/b.txt'), { force: true })
    symlinkSync('/etc/hostname', alice.path('trip/b.txt'))
  })
  const { transfer } = bob.core.network.spacedrop.accept(id, null)
  await bob.core.network.transfers.wait(transfer!, signal)
  await vi.waitUntil(() => alice.core.network.spacedrop.get(id).state === 'completed')
  expect(alice.core.network.spacedrop.get(id)).toMatchObject({
    reason: '1 file did not arrive',
    failures: [{ path: 'trip/b.txt', message: expect.any(String) }],
  })
  expect(JSON.stringify(alice.core.network.spacedrop.get(id).failures)).not.toContain(bob.path('.'))
  expect(readdirSync(join(bob.path('inbox'), 'trip'))).toEqual(['a.txt'])
})

test('the sender learns neither a path nor the free space of the receiver', async () => {
  const { alice, bob, drop, network } = await createPair()
  await using _network = network
  await bob.core.config.set('network.receiveFolder', bob.path('inbox'))
  const learned = async (id: string) => {
    await vi.waitUntil(() => alice.core.network.spacedrop.get(id).state === 'failed')
    return alice.core.network.spacedrop.get(id)
  }
  // More than any disk has.
  for (let n = 0; n < 8; n++) truncateSync(alice.write(`large/${n}`, ''), 2e12)
  const large = await drop([alice.path('large')])
  const { transfer } = bob.core.network.spacedrop.accept(large, null)
  const here = await bob.core.network.transfers.wait(transfer!, signal)
  expect(here.error).toMatchObject({ code: 'DiskFull', message: expect.stringContaining(bob.path('inbox')) })
  expect(await learned(large)).toMatchObject({ reason: toldSentence('DiskFull'), failures: [] })
  // The folder goes away before the files come.
  const small = await drop([alice.write('small.txt', 'x')])
  await alice.core.network.stop()
  const later = bob.core.network.spacedrop.accept(small, null)
  rmSync(bob.path('inbox'), { recursive: true })
  writeFileSync(bob.path('inbox'), 'a file')
  await alice.core.network.start()
  const failed = await bob.core.network.transfers.wait(later.transfer!, signal)
  expect(failed.state).toBe('failed')
  const { reason } = await learned(small)
  expect(reason).toBe(toldSentence(failed.error!.code))
})

test('a file that has grown a little since it was offered is received, and a folder with a few more files too', async () => {
  const { alice, bob, drop, network } = await createPair()
  await using _network = network
  const id = await drop([alice.write('run.log', 'x'), join(alice.write('trip/a.txt', ''), '..')])
  alice.write('run.log', 'one line more')
  alice.write('trip/b.txt', 'b')
  const to = bob.path('dropped')
  mkdirSync(to)
  const { transfer } = bob.core.network.spacedrop.accept(id, to)
  expect(await bob.core.network.transfers.wait(transfer!, signal)).toMatchObject({ state: 'completed', failed: 0 })
  expect(readFileSync(join(to, 'run.log'), 'utf8')).toBe('one line more')
  expect(readdirSync(join(to, 'trip'))).toEqual(['a.txt', 'b.txt'])
})

test('a device that offers one small file and sends a folder of that name, or more bytes, sends nothing', async () => {
  const { alice, bob, drop, network } = await createPair()
  await using _network = network
  await bob.core.config.set('network.receiveFolder', bob.path('inbox'))
  const report = alice.write('report.pdf', 'x')
  const more: readonly (() => void)[] = [
    () => truncateSync(report, 2 ** 27),
    () => {
      rmSync(report)
      for (let n = 0; n < 200; n++) alice.write(`report.pdf/${n}`, '')
    },
  ]
  for (const change of more) {
    const id = await drop([report])
    change()
    const { transfer } = bob.core.network.spacedrop.accept(id, null)
    expect(await bob.core.network.transfers.wait(transfer!, signal)).toMatchObject({
      state: 'failed',
      error: { code: 'InvalidInput', message: expect.stringContaining('no file was stored') },
    })
    await vi.waitUntil(() => alice.core.network.spacedrop.get(id).reason !== null)
    expect(alice.core.network.spacedrop.get(id).reason).toBe(MORE_THAN_OFFERED)
    expect(readdirSync(bob.path('inbox'))).toEqual([])
  }
})
