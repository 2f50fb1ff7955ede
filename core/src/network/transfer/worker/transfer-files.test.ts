import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../../testing/index.ts'
import { threadDisk } from '../../../sources/index.ts'
import { loadBlake3 } from '../../../util/blake3.ts'
import { PrivateFiles } from '../../../util/private-files.ts'
import { CHUNK_BYTES } from '../../bulk/index.ts'
import { FetchFiles } from './fetch-files.ts'
import type { FetchItem } from './fetch-item.ts'
import { Hashers } from './hashers.ts'
import { isTakenIn, nameRules, planTargets, type Target } from './plan-targets.ts'
import { RateLimit } from './rate-limit.ts'
import { serveFiles } from './serve-files.ts'
import { WalkBudget } from './walk-budget.ts'
import { type OwnItem, walkSource } from './walk-source.ts'

const blake3 = await loadBlake3()
const { signal } = new AbortController()
/** Both sides count alike. */
const numbers = Int32Array.from({ length: 100 }, (_, n) => n)

/** A folder to send from and one to receive in, and whatever goes between them. */
function createExchange() {
  const temp = createTempDir('transfer')
  const from = join(temp.path, 'from')
  const to = join(temp.path, 'to')
  const folder = join(temp.path, 'state')
  for (const path of [from, to, folder]) mkdirSync(path)
  const hashers = new Hashers()
  let sent = 0
  // A transfer keeps the names it chose.
  let targets: Target[] | null = null
  const exchange = {
    from,
    to,
    get sent() {
      return sent
    },
    write(path: string, content: string | Uint8Array) {
      mkdirSync(join(from, path, '..'), { recursive: true })
      writeFileSync(join(from, path), content)
    },
    async walk(name = 'photos', path = from) {
      using share = new WalkBudget().share(null)
      const guard = new PrivateFiles(join(temp.path, 'none'))
      return await walkSource([{ path: Buffer.from(path), name: Buffer.from(name) }], { guard, share, signal })
    },
    open(items: readonly OwnItem[], change: Partial<FetchItem> = {}) {
      targets ??= planTargets(items, { rules: nameRules('linux'), isTaken: isTakenIn(Buffer.from(to)) })
      const fetched = items.map((item, index) => ({
        kind: item.kind,
        size: item.size,
        target: Buffer.concat([Buffer.from(`${to}/`), targets![index]!.path]),
        mtimeMs: item.mtimeMs,
        mode: item.mode,
        expected: null,
        ...change,
      }))
      return FetchFiles.open({
        folder,
        items: fetched,
        mark: '0a1b2c3d',
        content: null,
        origin: null,
        blake3,
        hashers,
        disk: threadDisk,
        onProgress: () => {},
      })
    },
    /** One side of a connection to a device that has these files. `spoil` changes the transferred bytes. */
    async serve(
      items: readonly OwnItem[],
      { spoil }: { spoil?: (piece: Buffer) => Buffer | null } = {},
    ): Promise<Duplex> {
      const [near, far] = await connected()
      const limit = new RateLimit(null)
      const onSent = (bytes: number) => void (sent += bytes)
      const out = spoil ? spoiled(far, spoil) : far
      void serveFiles(out, { items, blake3, hashers, limit, onSent }, signal).catch(() => out.destroy())
      return near
    },
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  }
  return exchange
}

/** Both ends of a connection. */
async function connected(): Promise<[Duplex, Duplex]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const near = connect(port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Duplex]
  server.close()
  far.on('error', () => far.destroy())
  return [near, far]
}

function spoiled(far: Duplex, spoil: (piece: Buffer) => Buffer | null): Duplex {
  const channel = new Duplex({
    read: () => {},
    write(piece: Buffer, _encoding, done) {
      const changed = spoil(piece)
      if (changed) far.write(changed, done)
      else channel.destroy()
    },
    final: (done) => void far.end(done),
    destroy(_err, done) {
      far.destroy()
      done(null)
    },
  })
  far.on('data', (piece) => channel.push(piece))
  far.on('end', () => channel.push(null))
  far.on('close', () => channel.destroy())
  return channel
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

test('a tree arrives as it is: files small and large, empty ones, folders, names that are no text', async () => {
  using x = createExchange()
  x.write('a.txt', 'hello')
  x.write('empty', '')
  x.write('deep/er/b.bin', randomBytes(3 * CHUNK_BYTES + 17))
  x.write('deep/exact.bin', randomBytes(2 * CHUNK_BYTES))
  mkdirSync(join(x.from, 'nothing'))
  writeFileSync(Buffer.concat([Buffer.from(`${x.from}/`), Buffer.from([0xff, 0xfe])]), 'bytes')
  symlinkSync('/etc/passwd', join(x.from, 'link'))
  utimesSync(join(x.from, 'a.txt'), 1_000_000_000, 1_000_000_000)
  const { items, leftOut } = await x.walk()
  expect(leftOut.map(({ reason }) => reason)).toEqual(['it is a link to another place'])
  const fetch = await x.open(items)
  void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await fetch.ended
  expect(fetch.result()).toMatchObject({ files: 5, failures: [], failed: 0, liars: [] })
  const there = join(x.to, 'photos')
  for (const path of ['a.txt', 'empty', 'deep/er/b.bin', 'deep/exact.bin']) {
    expect(hashOf(join(there, path))).toBe(hashOf(join(x.from, path)))
  }
  expect(statSync(join(there, 'a.txt')).mtimeMs).toBe(1e12)
  expect(readdirSync(there, { encoding: 'buffer' }).map(String).toSorted()).toHaveLength(5)
  expect(existsSync(join(there, 'nothing'))).toBe(true)
  fetch.close()
})

test('after a lost connection nothing is sent twice', async () => {
  using x = createExchange()
  x.write('large.bin', randomBytes(12 * CHUNK_BYTES))
  for (let n = 0; n < 50; n++) x.write(`small-${n}`, randomBytes(1_000))
  const { items } = await x.walk()
  const first = await x.open(items)
  let left = 6 * CHUNK_BYTES
  const cut = await x.serve(items, { spoil: (piece) => ((left -= piece.length) > 0 ? piece : null) })
  await first.addChannel(cut, { name: 'bob', compare: 0, numbers })
  first.close()
  const before = first.progress.bytes
  expect(before).toBeGreaterThan(0)

  const second = await x.open(
    items.map((item) => item),
    {},
  )
  expect(second.progress.bytes).toBe(before)
  const sentBefore = x.sent
  void second.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await second.ended
  const total = items.reduce((sum, { size }) => sum + size, 0)
  expect(x.sent - sentBefore).toBe(total - before)
  expect(hashOf(join(x.to, 'photos/large.bin'))).toBe(hashOf(join(x.from, 'large.bin')))
  expect(readdirSync(join(x.to, 'photos'))).toHaveLength(51)
  second.close()
})

test('chunks that are not on the disk any more are fetched again', async () => {
  using x = createExchange()
  x.write('large.bin', randomBytes(4 * CHUNK_BYTES))
  const { items } = await x.walk('large.bin', join(x.from, 'large.bin'))
  const first = await x.open(items)
  let left = 3 * CHUNK_BYTES
  await first.addChannel(await x.serve(items, { spoil: (piece) => ((left -= piece.length) > 0 ? piece : null) }), {
    name: 'bob',
    compare: 0,
    numbers,
  })
  first.close()
  const part = join(x.to, readdirSync(x.to)[0]!)
  const bytes = readFileSync(part)
  bytes.fill(0, 0, 100)
  writeFileSync(part, bytes)

  const second = await x.open(items)
  expect(second.progress.bytes).toBe(first.progress.bytes - CHUNK_BYTES)
  void second.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await second.ended
  expect(hashOf(join(x.to, 'large.bin'))).toBe(hashOf(join(x.from, 'large.bin')))
  second.close()
})

test('a file that changes while it is sent is said to have changed, and the others arrive', async () => {
  using x = createExchange()
  x.write('a.txt', 'one')
  x.write('b.txt', 'two')
  const { items } = await x.walk()
  x.write('a.txt', 'another')
  const fetch = await x.open(items)
  void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await fetch.ended
  expect(fetch.result().failures).toEqual([
    { item: 1, code: 'Conflict', message: 'the file changed on the sending device; send it again' },
  ])
  expect(readdirSync(join(x.to, 'photos'))).toEqual(['b.txt'])
  fetch.close()
})

test('a file that is gone, and one that is not readable any more, are named', async () => {
  using x = createExchange()
  x.write('a.txt', 'one')
  x.write('b.txt', 'two')
  const { items } = await x.walk()
  rmSync(join(x.from, 'a.txt'))
  const fetch = await x.open(items)
  void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await fetch.ended
  expect(fetch.result().failures).toMatchObject([{ item: 1, code: 'NotFound' }])
  fetch.close()
})

test('bytes that are not those of the file end the connection to who sent them, and another sends them', async () => {
  using x = createExchange()
  x.write('large.bin', randomBytes(6 * CHUNK_BYTES))
  const { items } = await x.walk('large.bin', join(x.from, 'large.bin'))
  const fetch = await x.open(items)
  const spoil = (piece: Buffer) => {
    if (piece.length > 100_000) piece[50_000]! ^= 1
    return piece
  }
  await fetch.addChannel(await x.serve(items, { spoil }), { name: 'mallory', compare: 0, numbers })
  expect(fetch.isComplete).toBe(false)
  void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await fetch.ended
  expect(fetch.result().liars).toEqual(['mallory'])
  expect(hashOf(join(x.to, 'large.bin'))).toBe(hashOf(join(x.from, 'large.bin')))
  fetch.close()
})

test('one file comes from several devices at once; one that has another file is left out and named', async () => {
  using x = createExchange()
  x.write('large.bin', randomBytes(24 * CHUNK_BYTES))
  x.write('other.bin', randomBytes(24 * CHUNK_BYTES))
  const { items } = await x.walk('large.bin', join(x.from, 'large.bin'))
  const { items: others } = await x.walk('large.bin', join(x.from, 'other.bin'))
  const fetch = await x.open(items)
  const channels = [
    fetch.addChannel(await x.serve(items), { name: 'alice', compare: 3, numbers }),
    fetch.addChannel(await x.serve(others), { name: 'mallory', compare: 3, numbers }),
    fetch.addChannel(await x.serve(items), { name: 'bob', compare: 3, numbers }),
  ]
  await fetch.ended
  await Promise.all(channels)
  expect(fetch.result()).toMatchObject({ files: 1, liars: ['mallory'] })
  expect(hashOf(join(x.to, 'large.bin'))).toBe(hashOf(join(x.from, 'large.bin')))
  fetch.close()
})

test('a file that is not the one that was expected never gets its name', async () => {
  using x = createExchange()
  x.write('a.webp', 'a thumbnail')
  const { items } = await x.walk('a.webp', join(x.from, 'a.webp'))
  const fetch = await x.open(items, { expected: blake3.hash(Buffer.from('another')) })
  await fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  expect(fetch.result()).toMatchObject({ files: 0, liars: ['bob'] })
  expect(readdirSync(x.to)).toEqual([])
  fetch.close()
})

test('what is there is never replaced', async () => {
  using x = createExchange()
  x.write('a.txt', 'new')
  writeFileSync(join(x.to, 'a.txt'), 'old')
  const { items } = await x.walk('a.txt', join(x.from, 'a.txt'))
  const fetch = await x.open(items)
  void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await fetch.ended
  expect(readFileSync(join(x.to, 'a.txt'), 'utf8')).toBe('old')
  expect(readFileSync(join(x.to, 'a (2).txt'), 'utf8')).toBe('new')
  fetch.close()
})

test('a name taken in the middle of it fails that file alone', async () => {
  using x = createExchange()
  x.write('a.txt', 'new')
  x.write('b.txt', 'new')
  const { items } = await x.walk()
  const fetch = await x.open(items)
  writeFileSync(join(x.to, 'photos/a.txt'), 'somebody was faster')
  void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await fetch.ended
  expect(fetch.result()).toMatchObject({ files: 1, failures: [{ item: 1, code: 'AlreadyExists' }] })
  expect(readFileSync(join(x.to, 'photos/a.txt'), 'utf8')).toBe('somebody was faster')
  fetch.close()
})

test('a link in the place of a folder leads nowhere', async () => {
  using x = createExchange()
  x.write('deep/a.txt', 'one')
  const { items } = await x.walk()
  const first = await x.open(items)
  first.close()
  rmSync(join(x.to, 'photos/deep'), { recursive: true })
  symlinkSync('/tmp', join(x.to, 'photos/deep'))
  await expect(x.open(items)).rejects.toThrow('is not a folder')
})

test.skipIf(process.platform === 'win32').each(['b', 'b/c'])(
  'a folder that is replaced by a link after the walk has looked at %s leads nowhere',
  async (last) => {
    using x = createExchange()
    const closed = join(x.from, '../closed')
    mkdirSync(closed)
    writeFileSync(join(closed, 'secret'), 'closed')
    for (const path of ['a/x', 'b/c', 'b/secret']) x.write(path, path)
    const guard = new PrivateFiles(join(x.from, '../none'))
    const reasonOfEntry = guard.reasonOfEntry.bind(guard)
    // The walk asks this for each entry when it has looked at it.
    guard.reasonOfEntry = (path, stats) => {
      const reason = reasonOfEntry(path, stats)
      if (String(path) !== join(x.from, last)) return reason
      renameSync(join(x.from, 'b'), join(x.from, '../b'))
      symlinkSync(closed, join(x.from, 'b'))
      return reason
    }
    using share = new WalkBudget().share(null)
    const roots = [{ path: Buffer.from(x.from), name: Buffer.from('photos') }]
    const { items } = await walkSource(roots, { guard, share, signal })
    const fetch = await x.open(items)
    void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
    await fetch.ended
    expect(readFileSync(join(x.from, 'b/secret'), 'utf8')).toBe('closed')
    expect([readdirSync(join(x.to, 'photos/a')), readdirSync(join(x.to, 'photos/b'))]).toEqual([['x'], []])
    fetch.close()
  },
)

test.skipIf(process.platform === 'win32')(
  'a folder that is replaced while files come gets none of them, and what is in its place stays as it is',
  async () => {
    using x = createExchange()
    x.write('a.txt', 'small')
    x.write('b.bin', randomBytes(2 * CHUNK_BYTES))
    chmodSync(x.from, 0o755)
    const elsewhere = join(x.to, '../elsewhere')
    mkdirSync(elsewhere, { mode: 0o700 })
    const { items } = await x.walk()
    const fetch = await x.open(items)
    renameSync(join(x.to, 'photos'), join(x.to, 'moved'))
    symlinkSync(elsewhere, join(x.to, 'photos'))
    void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
    await fetch.ended
    const { failed, failures, files } = fetch.result()
    expect([files, failed]).toEqual([0, 3])
    for (const { code, message } of failures) {
      expect(code).toBe('Conflict')
      expect(message).toContain('photos was moved or replaced')
    }
    expect([readdirSync(elsewhere), statSync(elsewhere).mode & 0o777]).toEqual([[], 0o700])
    fetch.close()
  },
)

test.skipIf(process.platform === 'win32')('what others put in the place of a part is not written to', async () => {
  using x = createExchange()
  const own = join(x.to, '../own.txt')
  writeFileSync(own, 'own')
  for (const name of ['link', 'name', 'pipe']) {
    x.write(`${name}.txt`, 'small')
    x.write(`${name}.bin`, randomBytes(2 * CHUNK_BYTES))
  }
  const { items } = await x.walk()
  const fetch = await x.open(items)
  for (const ending of ['txt', 'bin']) {
    const part = (name: string) => join(x.to, `photos/${name}.${ending}.0a1b2c3d.part`)
    symlinkSync(own, part('link'))
    linkSync(own, part('name'))
    execFileSync('mkfifo', [part('pipe')])
  }
  void fetch.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
  await fetch.ended
  expect(fetch.result()).toMatchObject({ files: 6, failures: [] })
  expect(readFileSync(own, 'utf8')).toBe('own')
  expect(readdirSync(join(x.to, 'photos'))).toHaveLength(6)
  fetch.close()
})

test.skipIf(process.platform === 'win32')(
  'a part that others could read is closed to them when it goes on',
  async () => {
    using x = createExchange()
    x.write('large.bin', randomBytes(4 * CHUNK_BYTES))
    const { items } = await x.walk('large.bin', join(x.from, 'large.bin'))
    const first = await x.open(items)
    let left = 3 * CHUNK_BYTES
    const spoil = (piece: Buffer) => ((left -= piece.length) > 0 ? piece : null)
    await first.addChannel(await x.serve(items, { spoil }), { name: 'bob', compare: 0, numbers })
    first.close()
    const part = join(x.to, readdirSync(x.to)[0]!)
    chmodSync(part, 0o666)
    const second = await x.open(items)
    expect(second.progress.bytes).toBe(first.progress.bytes)
    expect(statSync(part).mode & 0o777).toBe(0o600)
    second.close()
  },
)

test.skipIf(process.platform === 'win32')(
  'a transfer that was killed between the two names of a file goes on',
  async () => {
    using x = createExchange()
    for (const name of ['a.txt', 'b.txt']) x.write(name, name)
    const { items } = await x.walk()
    const first = await x.open(items)
    void first.addChannel(await x.serve(items), { name: 'bob', compare: 0, numbers })
    await first.ended
    first.close()
    const part = (name: string) => join(x.to, `photos/${name}.0a1b2c3d.part`)
    linkSync(join(x.to, 'photos/a.txt'), part('a.txt'))
    // Another file has taken the name during the transfer.
    renameSync(join(x.to, 'photos/b.txt'), part('b.txt'))
    writeFileSync(join(x.to, 'photos/b.txt'), 'somebody was faster')
    const second = await x.open(items)
    await second.ended
    expect(second.result()).toMatchObject({ files: 1, failures: [{ item: 2, code: 'AlreadyExists' }] })
    expect(existsSync(part('a.txt'))).toBe(false)
    expect(readFileSync(join(x.to, 'photos/b.txt'), 'utf8')).toBe('somebody was faster')
    second.close()
  },
)

test('names are made safe for the system they come to', () => {
  const plan = (platform: string, names: string[][]) =>
    planTargets(
      names.map((parts) => ({ names: parts.map((part) => Buffer.from(part)), kind: 'directory' })),
      { rules: nameRules(platform), isTaken: () => false },
    ).map(({ path }) => path.toString())
  expect(plan('linux', [['a'], ['..'], ['.'], [''], ['x/y'], ['a\0b']])).toEqual([
    'a',
    '__',
    '_',
    '_ (2)',
    'x_y',
    'a_b',
  ])
  expect(plan('win32', [['CON'], ['nul.txt'], ['a:b'], ['a.'], ['A_'], ['b ']])).toEqual([
    '_CON',
    '_nul.txt',
    'a_b',
    'a_',
    'A_ (2)',
    'b_',
  ])
  expect(plan('darwin', [['Photo.JPG'], ['photo.jpg'], ['e\u0301'], ['\u00e9']])).toEqual([
    'Photo.JPG',
    'photo (2).jpg',
    'e\u0301',
    '\u00e9 (2)',
  ])
  expect(plan('linux', [['top'], ['top', '..'], ['top', '..', 'x']])).toEqual(['top', 'top/__', 'top/__/x'])
  expect(plan('linux', [['x'.repeat(5_000) + '.jpeg']])[0]).toMatch(/^x{200,}\.jpeg$/)
  expect(() => plan('linux', [['a', 'b']])).toThrow('an invalid list of files')
  expect(() => plan('linux', [['a'], ['a']])).toThrow('an invalid list of files')
})
