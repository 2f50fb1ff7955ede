import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { ArchiveNames } from '../src/downloads/archive-names.ts'
import { MAX_SENT } from '../src/downloads/index.ts'
import { ArchiveEntries } from '../src/downloads/archive-entries.ts'
import { createTestMedia, type TestMedia } from './media/media-server.ts'
import { startTestHttp } from './test-http.ts'

const ON_WINDOWS = process.platform === 'win32'

/** What an archive holds: text by name; null for a folder. Reading it checks the checksums. */
async function membersOf(bytes: Buffer): Promise<Record<string, string | null>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false })
  const members: Record<string, string | null> = {}
  for await (const entry of zip.eachEntry()) {
    const isFolder = entry.fileName.endsWith('/')
    members[entry.fileName] = isFolder ? null : await text(await zip.openReadStreamPromise(entry))
  }
  return members
}

async function download(t: TestMedia, ...paths: string[]): Promise<Record<string, string | null>> {
  const response = await t.ask(t.downloads.prepare(paths).address.replace('/media', ''))
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip'])
  return membersOf(Buffer.from(await response.arrayBuffer()))
}

test('files and folders come as one archive, with their names, times and empty folders', async () => {
  await using t = await createTestMedia()
  const one = t.write('one.txt', '1')
  const deep = t.write('Ärzte/tief/東京.txt', 'Tokio')
  utimesSync(deep, 1_600_000_000, 1_600_000_000)
  mkdirSync(join(t.root, 'Ärzte', 'leer'))
  t.write('other.txt', 'not chosen')
  const response = await t.ask(t.downloads.prepare([one, join(t.root, 'Ärzte')]).address.replace('/media', ''))
  const name = t.root.slice(t.root.lastIndexOf('/') + 1)
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${name}.zip"`)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(await membersOf(bytes)).toEqual({
    'one.txt': '1',
    'Ärzte/': null,
    'Ärzte/leer/': null,
    'Ärzte/tief/': null,
    'Ärzte/tief/東京.txt': 'Tokio',
  })
  const zip = await fromBufferPromise(bytes, { lazyEntries: true })
  const times: Record<string, number> = {}
  for await (const entry of zip.eachEntry()) {
    // Stored, and marked as UTF-8.
    expect([entry.compressionMethod, entry.generalPurposeBitFlag & 0x800]).toEqual([0, 0x800])
    times[entry.fileName] = entry.getLastModDate().getTime()
  }
  expect(times['Ärzte/tief/東京.txt']).toBe(1_600_000_000_000)
})

test.skipIf(ON_WINDOWS)('what cannot be read does not end the archive, which lists it', async () => {
  await using t = await createTestMedia()
  t.write('box/a.txt', 'a')
  t.write('box/z.txt', 'z')
  symlinkSync('/etc', join(t.root, 'box', 'link'))
  const gone = join(t.root, 'gone.txt')
  const members = await download(t, gone, join(t.root, 'box'))
  expect(members).toEqual({
    'box/': null,
    'box/a.txt': 'a',
    'box/z.txt': 'z',
    'Not in this archive.txt': expect.stringContaining('box/link: it is a link to another place') as string,
  })
  expect(members['Not in this archive.txt']).toContain('gone.txt: ')
})

test.skipIf(ON_WINDOWS || process.getuid?.() === 0)(
  'a file that may not be read is listed with the reason',
  async () => {
    await using t = await createTestMedia()
    chmodSync(t.write('box/secret.txt'), 0)
    const members = await download(t, join(t.root, 'box'))
    expect(members['Not in this archive.txt']).toContain('box/secret.txt: ')
    expect(members['Not in this archive.txt']).toContain('permission denied')
  },
)

test('a file that becomes shorter while it is read is in the archive as far as it was read, and is listed', async () => {
  await using t = await createTestMedia()
  const file = t.write('a.bin', 'x'.repeat(300_000))
  await using entries = new ArchiveEntries(t.core, { signal: new AbortController().signal })
  let size = 0
  const names: string[] = []
  let report = ''
  for await (const entry of entries.of([file])) {
    names.push(entry.name)
    if (!('input' in entry)) continue
    if (entry.input instanceof Uint8Array) report = entry.input.toString()
    else
      for await (const chunk of entry.input) {
        size += chunk.length
        truncateSync(file, 150_000)
      }
  }
  expect([names, size]).toEqual([['a.bin', 'Not in this archive.txt'], 150_000])
  expect(report).toContain('a.bin: only the first 150000 of 300000 bytes are certain')
})

test('two files of one name keep both, and the report takes the name of no file', async () => {
  await using t = await createTestMedia()
  const [one, two] = [t.write('x/a.txt', '1'), t.write('y/a.txt', '2')]
  const report = t.write('Not in this archive.txt', 'mine')
  const members = await download(t, one, two, report, join(t.root, 'gone'))
  expect(Object.keys(members)).toEqual(['a.txt', 'a (2).txt', 'Not in this archive.txt', 'Not in this archive (2).txt'])
  expect(members['Not in this archive.txt']).toBe('mine')
})

test('the rest of the program has its turns while a large folder is sorted and named', async () => {
  await using t = await createTestMedia()
  const box = join(t.root, 'box')
  mkdirSync(box)
  const wanted = Array.from({ length: 2_500 }, (_, i) => `${(i * 919) % 2_500}.txt`.padStart(8, '0'))
  for (const name of wanted) writeFileSync(join(box, name), '')
  const takenInTurn = [0]
  let timer = setImmediate(function turn() {
    takenInTurn.push(0)
    timer = setImmediate(turn)
  })
  using _turns = { [Symbol.dispose]: () => clearImmediate(timer) }
  const { take } = ArchiveNames.prototype
  using _counted = vi.spyOn(ArchiveNames.prototype, 'take').mockImplementation(function (this: ArchiveNames, ...args) {
    takenInTurn[takenInTurn.length - 1]!++
    return take.apply(this, args)
  })
  await using entries = new ArchiveEntries(t.core, { signal: new AbortController().signal })
  const names: string[] = []
  for await (const { name } of entries.of([box])) names.push(name)
  expect(names).toEqual(['box/', ...wanted.toSorted().map((name) => `box/${name}`)])
  expect(takenInTurn.reduce((sum, each) => sum + each)).toBe(2_501)
  expect(takenInTurn.filter((each) => each > 1_001)).toEqual([])
})

test('files of Spacedrive itself are left out', async () => {
  await using t = await createTestMedia()
  const members = await download(t, t.core.dataDir)
  expect(Object.keys(members)).toEqual(['Not in this archive.txt'])
  expect(members['Not in this archive.txt']).toContain('belongs to Spacedrive itself')
})

test('an archive of too many files ends, and says so', async () => {
  await using t = await createTestMedia()
  for (let i = 0; i < 5; i++) t.write(`box/${i}.txt`)
  await using entries = new ArchiveEntries(t.core, { signal: new AbortController().signal, maxEntries: 4 })
  const names: string[] = []
  let report = ''
  for await (const entry of entries.of([join(t.root, 'box')])) {
    names.push(entry.name)
    if ('input' in entry && entry.input instanceof Uint8Array) report = entry.input.toString()
  }
  expect(names).toHaveLength(5)
  expect([names[0], names.at(-1)]).toEqual(['box/', 'Not in this archive.txt'])
  expect(report).toBe('The archive ends after 4 files and folders. Download the others by themselves.\r\n')
})

test('an address that is unknown is refused', async () => {
  await using t = await createTestMedia()
  expect((await t.ask('/zip/nothing/a.zip')).status).toBe(404)
})

test.skipIf(process.platform !== 'linux')('when the client leaves, reading ends and the file is closed', async () => {
  await using t = await createTestMedia()
  const file = join(t.root, 'large.bin')
  writeFileSync(file, '')
  truncateSync(file, 4_000_000_000)
  const origin = await t.listen()
  const isOpen = () => readdirSync('/proc/self/fd').some((fd) => linkOf(fd) === file)
  const { address } = t.downloads.prepare([file])
  const asked = request(`${origin}${address.replace('/media', '')}`)
  asked.end()
  const answer = await new Promise<NodeJS.ReadableStream>((resolve) => asked.once('response', resolve))
  await new Promise((resolve) => answer.once('data', resolve))
  expect(isOpen()).toBe(true)
  asked.destroy()
  await vi.waitUntil(() => !isOpen())
})

test('only so many archives are sent at once; a client that leaves or reads to the end makes room', async () => {
  await using t = await createTestMedia()
  const large = join(t.root, 'large.bin')
  writeFileSync(large, '')
  truncateSync(large, 4_000_000)
  const { address } = t.downloads.prepare([large])
  const ask = (init?: RequestInit) => t.ask(address.replace('/media', ''), init)
  const answers: Response[] = []
  for (let i = 0; i < MAX_SENT; i++) answers.push(await ask())
  const refused = await ask()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await refused.json()).toMatchObject({
    code: 'Unavailable',
    detail: 'the server is sending 8 archives already; try again when one of them is finished',
  })
  // Nothing is sent for it.
  expect((await ask({ method: 'HEAD' })).status).toBe(200)
  const [first, second, ...others] = answers
  expect(Object.keys(await membersOf(Buffer.from(await first!.arrayBuffer())))).toEqual(['large.bin'])
  const third = await ask()
  expect([third.status, (await ask()).status]).toEqual([200, 503])
  await second!.body!.cancel()
  const fourth = await ask()
  expect([fourth.status, (await ask()).status]).toEqual([200, 503])
  for (const each of [...others, third, fourth]) await each.body!.cancel()
})

function linkOf(fd: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return null
  }
}

test('a session gets archives of locations only, and a page by an address that it has signed', async () => {
  await using http = await startTestHttp()
  const { key } = await http.server.access.createKey({ name: 'viewer', allow: ['view'], days: 1 })
  const home = join(http.folder, 'home')
  mkdirSync(home)
  writeFileSync(join(home, 'a.txt'), 'a')
  const ask = async (authorization: string) => {
    const answer = await http.fetch('/rpc', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'downloads.prepare', params: { paths: [home] } }),
    })
    return (await answer.json()) as { result?: { address: string }; error?: { data: { code: string } } }
  }
  expect((await ask(`Bearer ${key}`)).error?.data.code).toBe('PermissionDenied')
  const { result } = await ask(`Bearer ${http.token}`)
  const archive = await http.fetch(result!.address)
  expect(Object.keys(await membersOf(Buffer.from(await archive.arrayBuffer())))).toEqual(['home/', 'home/a.txt'])
  // Without a sign-in, or without a signature of the page, nothing is sent.
  expect((await http.raw(result!.address)).status).toBe(401)
  const { media } = await (await http.openPage()).prove()
  expect((await http.raw(result!.address, { at: media })).status).toBe(401)
  const head = await http.fetch(result!.address, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test.skipIf(ON_WINDOWS)('a chosen link is refused, and a folder below a link is sent from where it is', async () => {
  await using http = await startTestHttp()
  const home = join(http.folder, 'home')
  const inner = join(home, 'inner')
  mkdirSync(inner, { recursive: true })
  writeFileSync(join(inner, 'a.txt'), 'a')
  writeFileSync(join(http.folder, 'b.txt'), 'b')
  const link = join(http.folder, 'link')
  symlinkSync(home, link)
  const ask = async (...paths: string[]) => {
    const answer = await http.fetch('/rpc', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'downloads.prepare', params: { paths } }),
    })
    return (await answer.json()) as { result?: { address: string }; error?: { message: string } }
  }
  expect((await ask(inner, link)).error?.message).toContain(
    `${link} is a link, and an archive follows none; choose what it leads to`,
  )
  const { result } = await ask(join(link, 'inner'), join(link, 'gone'))
  const archive = await http.fetch(result!.address)
  const members = await membersOf(Buffer.from(await archive.arrayBuffer()))
  expect(Object.keys(members)).toEqual(['inner/', 'inner/a.txt', 'Not in this archive.txt'])
  expect(members['Not in this archive.txt']).toContain('gone: ')
  expect(members['Not in this archive.txt']).not.toContain('inner')
})
