import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CONTENT_KIND } from '../src/network/transfer/index.ts'
import { createTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const { signal } = new AbortController()
const MIB = 1_048_576

/** Devices that have one content by their index; those who lie have something else in the file by now, and nobody has told them. */
async function createHolders(
  content: Uint8Array,
  { honest = [], lying = {} }: { honest?: readonly string[]; lying?: Readonly<Record<string, Uint8Array>> },
) {
  const names = [...honest, ...Object.keys(lying)]
  const network = await createTestNetwork([...names, 'bob'])
  const ids = new Set<string | null>()
  for (const name of names) {
    const device = network.device(name)
    device.core.network.grants.allow(network.idOf('bob'), 'read', { everything: true })
    const path = device.write(`of-${name}.bin`, content)
    await device.add({ mode: 'content', watch: false })
    await device.settle()
    ids.add((await device.library.files.info(path, signal)).contentId)
  }
  for (const [name, other] of Object.entries(lying)) network.device(name).write(`of-${name}.bin`, other)
  expect(ids.size).toBe(1)
  const [contentId] = ids
  return { network, path: `content://${contentId}` }
}

/** Of whoever has it, or of some devices in this order. */
async function fetchTo(network: TestNetwork, path: string, from: readonly string[] = []) {
  const { core, path: pathOf } = network.device('bob')
  const to = pathOf('received')
  mkdirSync(to, { recursive: true })
  const of = { kind: CONTENT_KIND, spec: { content: path.slice('content://'.length) }, title: 'a', folder: to }
  const { id } =
    from.length > 0
      ? core.network.transfers.start({ devices: from.map((name) => network.idOf(name)), preserve: 'nothing', ...of })
      : (await core.fetches.fetch({ addresses: [path], to, preserve: false }, signal))[0]!
  const ended = await core.network.transfers.wait(id, signal)
  const there = readdirSync(to)
  return { ended, there, bytes: there.map((name) => readFileSync(`${to}/${name}`)) }
}

const large = randomBytes(3 * MIB)
/** The same but for one byte that the identity is made of. */
const changed = Buffer.from(large)
changed[8_192] = ~changed[8_192]! & 0xff

test.each<[string, Uint8Array, Uint8Array, string[]]>([
  ['a small file', Buffer.from('the same text'), Buffer.from('other letters'), []],
  ['a large file', large, changed, []],
  ['a file of another size', large, randomBytes(2 * MIB), ['mallory', 'alice']],
  ['an empty file', Buffer.from('the same text'), Buffer.alloc(0), ['alice', 'mallory']],
])('of %s who has something else is named, and the next one is asked', async (_what, content, other, from) => {
  const { network, path } = await createHolders(content, { honest: ['alice'], lying: { mallory: other } })
  await using _network = network
  const { bytes, ended } = await fetchTo(network, path, from)
  expect(ended).toMatchObject({
    state: 'completed',
    error: null,
    failed: 0,
    files: { done: 1 },
    bytes: { done: content.length },
    failures: [{ code: 'Corrupt', message: `mallory sent something else than ${path}; nothing of it was kept` }],
  })
  expect(bytes).toHaveLength(1)
  expect(bytes[0]!.equals(content)).toBe(true)
})

test('more devices that say the same wrong thing than have the content do not have it believed', async () => {
  const lying = { mallory: changed, mordred: changed }
  const { network, path } = await createHolders(large, { honest: ['alice'], lying })
  await using _network = network
  const { bytes, ended } = await fetchTo(network, path)
  expect(ended).toMatchObject({ state: 'completed', failed: 0 })
  expect(ended.failures.map(({ message }) => message.split(' sent')[0]!).toSorted()).toEqual(['mallory', 'mordred'])
  expect(bytes.map((each) => each.equals(large))).toEqual([true])
})

test.each<[string, Uint8Array, Uint8Array]>([
  ['a small file', Buffer.from('the same text'), Buffer.from('other letters')],
  ['a large file', large, changed],
])(
  'of %s that nobody else has nothing is kept, and it is said who has sent something else',
  async (_what, content, other) => {
    const { network, path } = await createHolders(content, { lying: { mallory: other } })
    await using _network = network
    const { ended, there } = await fetchTo(network, path)
    expect(ended).toMatchObject({
      state: 'failed',
      error: {
        code: 'Corrupt',
        message: `mallory sent something else than ${path}; nothing of it was kept, and no other device has it`,
      },
      files: { done: 0 },
      bytes: { done: 0 },
    })
    expect(there).toEqual([])
    // It has the content again, and is asked for it again.
    const bob = network.device('bob')
    network.device('mallory').write('of-mallory.bin', content)
    bob.core.network.transfers.resume(ended.id)
    expect(await bob.core.network.transfers.wait(ended.id, signal)).toMatchObject({ state: 'completed', failures: [] })
    expect(readFileSync(bob.path('received/of-mallory.bin')).equals(content)).toBe(true)
  },
)

test('a content that is opened is that content, or is not opened', async () => {
  const { network, path } = await createHolders(large, { lying: { mallory: changed } })
  await using _network = network
  const bob = network.device('bob')
  await expect(bob.core.fetches.toOpen(path, bob.library, signal)).rejects.toMatchObject({
    code: 'Corrupt',
    message: expect.stringContaining('mallory sent something else'),
  })
  const opened = readdirSync(`${bob.dataDir}/opened`, { recursive: true, withFileTypes: true })
  expect(opened.filter((entry) => entry.isFile())).toEqual([])
})
