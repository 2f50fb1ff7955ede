import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const isInstalled = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
const list = (t: TestCore, path: string, page: { limit?: number; offset?: number } = {}) =>
  t.core.sources.archive({ path, limit: 1_000, offset: 0, ...page }, t.library, signal)
const names = ({ items }: { items: readonly { path: string }[] }) => items.map(({ path }) => path)

interface Header {
  readonly name: string | Buffer
  readonly size?: number
  readonly type?: string
  readonly mtime?: number
}

/** One block of a ustar archive. */
function header({ mtime = 1_772_445_600, name, size = 0, type = '0' }: Header): Buffer {
  const block = Buffer.alloc(512)
  Buffer.from(name).copy(block)
  block.write(`0000644\0${'0000000\0'.repeat(2)}`, 100, 'latin1')
  block.write(`${size.toString(8).padStart(11, '0')}\0${mtime.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  block.write(`        ${type}`, 148, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function member(of: Omit<Header, 'size'>, data: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(data)
  return Buffer.concat([header({ ...of, size: bytes.length }), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

const END = Buffer.alloc(1_024)
const tarOf = (...members: Buffer[]) => Buffer.concat([...members, END])
const record = (key: string, value: string) => {
  const rest = ` ${key}=${value}\n`
  const length = Buffer.byteLength(rest)
  return `${length + String(length + String(length).length).length}${rest}`
}

/** A zip of stored members. */
function zipOf(...members: { name: Buffer | string; data?: string; flags?: number; unixMode?: number }[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { data = '', flags = 0, name, unixMode = 0o100644 } of members) {
    const bytes = Buffer.from(name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(flags, 6)
    // 2026-03-02 10:00
    local.writeUInt16LE(10 << 11, 10)
    local.writeUInt16LE(((2026 - 1980) << 9) | (3 << 5) | 2, 12)
    local.writeUInt32LE(crc32(data), 14)
    local.writeUInt32LE(data.length, 18)
    local.writeUInt32LE(data.length, 22)
    local.writeUInt16LE(bytes.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50)
    central.writeUInt16LE((3 << 8) | 20, 4)
    local.copy(central, 6, 4, 30)
    central.writeUInt32LE((unixMode << 16) >>> 0, 38)
    central.writeUInt32LE(at, 42)
    locals.push(local, bytes, Buffer.from(data))
    directory.push(central, bytes)
    at += 30 + bytes.length + data.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, ...directory, end])
}

test('the members of a zip are listed with what it says of them', async () => {
  await using t = await createTestCore()
  const path = t.write(
    'a.zip',
    zipOf(
      { name: 'docs/', unixMode: 0o040755 },
      { name: 'docs/naïve.txt', data: 'hello' },
      { name: 'link', data: 'docs', unixMode: 0o120777 },
      { name: 'secret.txt', data: 'xxxxxxxxxxxxxxxx', flags: 1 },
      { name: '../../etc/passwd', data: 'x' },
      { name: Buffer.from([0x82, 0x2e, 0x74]), data: 'x' },
    ),
  )
  const found = await list(t, path)
  expect(found).toMatchObject({ format: 'zip', total: 6, truncated: false })
  expect(found.items.map((item) => [item.path, item.kind, item.size, item.encrypted])).toEqual([
    ['docs/', 'directory', 0, false],
    ['docs/naïve.txt', 'file', 5, false],
    ['link', 'symlink', 4, false],
    ['secret.txt', 'file', 16, true],
    // It is shown, and nothing is unpacked.
    ['../../etc/passwd', 'file', 1, false],
    ['é.t', 'file', 1, false],
  ])
  expect(found.items[1]!.modifiedAt).toBe(new Date(2026, 2, 2, 10).toISOString())
})

test('the members of a tar are listed, packed or not', async () => {
  await using t = await createTestCore()
  const long = `${'very/'.repeat(40)}long.txt`
  const bytes = tarOf(
    member({ name: 'docs/', type: '5' }),
    member({ name: 'docs/a.txt' }, 'hello'),
    member({ name: 'x', type: 'x' }, record('path', long) + record('mtime', '1772445600.5')),
    member({ name: 'cut' }, 'x'.repeat(1_000)),
    member({ name: '././@LongLink', type: 'L' }, `${long}2\0`),
    member({ name: 'cut' }),
    member({ name: 'link', type: '2' }),
    member({ name: 'pipe', type: '6' }),
    member({ name: Buffer.from([0xff, 0x2e, 0x74]) }, 'x'),
  )
  const items = [
    ['docs/', 'directory', 0],
    ['docs/a.txt', 'file', 5],
    [long, 'file', 1_000],
    [`${long}2`, 'file', 0],
    ['link', 'symlink', 0],
    ['pipe', 'other', 0],
    ['\uFFFD.t', 'file', 1],
  ]
  for (const [name, content, format] of [
    ['a.tar', bytes, 'tar'],
    ['a.tgz', gzipSync(bytes), 'tar.gz'],
    ['a.tar.zst', zstdCompressSync(bytes), 'tar.zst'],
  ] as const) {
    const found = await list(t, t.write(name, content))
    expect([found.format, found.total, found.truncated]).toEqual([format, 7, false])
    expect(found.items.map((item) => [item.path, item.kind, item.size])).toEqual(items)
    expect(found.items[2]!.modifiedAt).toBe('2026-03-02T10:00:00.500Z')
    expect(found.items[6]!.pathBase64).toBe('/y50')
  }
})

test.skipIf(process.platform !== 'linux')('what the tar of this machine writes is read as it was meant', async () => {
  await using t = await createTestCore()
  for (const folder of ['tree', `tree/${'deep/'.repeat(30)}`]) mkdirSync(t.path(folder), { recursive: true })
  t.write(`tree/${'deep/'.repeat(30)}${'n'.repeat(200)}.txt`, 'deep')
  t.write('tree/ümlaut\n.txt', 'x')
  t.write('tree/sparse.bin', '')
  truncateSync(t.path('tree/sparse.bin'), 10_000_000)
  symlinkSync('sparse.bin', t.path('tree/link'))
  const sorted = (items: readonly { path: string; size: number | null }[]) =>
    items.map(({ path, size }) => `${path} ${size}`).toSorted()
  const listings = []
  for (const format of ['gnu', 'pax', 'oldgnu', 'posix']) {
    const path = t.path(`${format}.tar`)
    execFileSync('tar', ['-c', '-S', `--format=${format}`, '-f', path, '-C', t.root, 'tree'])
    const found = await list(t, path)
    expect(found.truncated).toBe(false)
    listings.push(sorted(found.items))
  }
  const [first] = listings
  expect(first).toHaveLength(35)
  expect(first).toContain('tree/sparse.bin 10000000')
  for (const listing of listings) expect(listing).toEqual(first)
})

test('a long listing comes in pages', async () => {
  await using t = await createTestCore()
  const path = t.write('a.tar', tarOf(...Array.from({ length: 25 }, (_, i) => member({ name: `f${i}` }))))
  const page = await list(t, path, { limit: 10, offset: 20 })
  expect([page.total, names(page)]).toEqual([25, ['f20', 'f21', 'f22', 'f23', 'f24']])
  t.write('a.tar', tarOf(member({ name: 'new' })))
  expect(names(await list(t, path))).toEqual(['new'])
})

test('one file that is packed is listed as that', async () => {
  await using t = await createTestCore()
  const found = await list(t, t.write('notes.txt.gz', gzipSync('hello')))
  expect(found).toMatchObject({ format: 'gz', items: [{ path: 'notes.txt', kind: 'file', size: null }], total: 1 })
})

test('a damaged archive lists its readable entries', async () => {
  await using t = await createTestCore()
  const bytes = tarOf(member({ name: 'a' }, 'x'.repeat(5_000)), member({ name: 'b' }, 'y'.repeat(5_000)))
  expect(await list(t, t.write('cut.tar', bytes.subarray(0, 6_200)))).toMatchObject({ total: 2, truncated: true })
  const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => ((i * 7_919) % 251) ^ (i % 13)))
  const packed = gzipSync(tarOf(member({ name: 'a' }, noise), member({ name: 'b' })))
  const cut = await list(t, t.write('cut.tgz', packed.subarray(0, packed.length - 200)))
  expect(cut).toMatchObject({ truncated: true })
  expect(names(cut)[0]).toBe('a')
  const zip = zipOf({ name: 'a' }, { name: 'b' })
  await expect(list(t, t.write('cut.zip', zip.subarray(0, 40)))).rejects.toMatchObject({ code: 'Corrupt' })
  await expect(list(t, t.write('cut.gz', gzipSync('hello').subarray(0, 8)))).rejects.toMatchObject({ code: 'Corrupt' })
})

test('a malicious archive is listed within the limits, or refused', async () => {
  await using t = await createTestCore()
  // A header that promises more than any disk holds.
  const liar = tarOf(header({ name: 'a', size: 8 ** 11 - 1 }), member({ name: 'b' }))
  expect(await list(t, t.write('liar.tar', liar))).toMatchObject({ total: 1, truncated: true })
  // Extensions without end, and one that is larger than any.
  const endless = Buffer.concat(Array.from({ length: 5_000 }, () => member({ name: 'x', type: 'x' }, record('a', 'b'))))
  expect(await list(t, t.write('endless.tar', tarOf(endless)))).toMatchObject({ total: 0, truncated: false })
  const huge = tarOf(header({ name: 'x', type: 'x', size: 2 ** 30 }))
  expect(await list(t, t.write('huge.tar', huge))).toMatchObject({ total: 0, truncated: true })
  // More members than anybody looks through, in a file of nothing.
  const many = gzipSync(Buffer.concat(Array.from({ length: 120_000 }, () => header({ name: 'n' }))))
  const found = await list(t, t.write('many.tgz', many), { limit: 1 })
  expect(found.truncated).toBe(true)
  expect(found.total).toBeLessThanOrEqual(100_000)
})

test('a file that is not an archive, and a path that is not a file, are refused with a message', async () => {
  await using t = await createTestCore()
  mkdirSync(t.path('folder'))
  await expect(list(t, t.write('a.txt', 'text'))).rejects.toMatchObject({ code: 'Unsupported' })
  await expect(list(t, t.path('gone.zip'))).rejects.toMatchObject({ code: 'NotFound' })
  await expect(list(t, t.path('folder'))).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(list(t, 'relative.zip')).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('the files of Spacedrive itself are listed by no name, though the process sees none of the folders around them', async () => {
  await using t = await createTestCore()
  const own = join(t.dataDir, 'own.zip')
  writeFileSync(own, zipOf({ name: 'a' }))
  linkSync(own, t.path('second name.zip'))
  symlinkSync(own, t.path('link.zip'))
  for (const path of [own, t.path('second name.zip'), t.path('link.zip')])
    await expect(list(t, path)).rejects.toMatchObject({ code: 'PermissionDenied' })
})

test.skipIf(isInstalled('bsdtar') || isInstalled('7z'))(
  'a form that no program here lists names the programs',
  async () => {
    await using t = await createTestCore()
    const path = t.write('a.7z', Buffer.from('377abcaf271c0004', 'hex'))
    await expect(list(t, path)).rejects.toMatchObject({
      code: 'Unsupported',
      message: expect.stringMatching(/a\.7z: .*7z archive needs bsdtar or 7z; install one of them$/) as string,
    })
  },
)

/** What programs print, as recorded. */
const outputs = {
  bsdtar: String.raw`#mtree
./docs time=1772445600.0 type=dir
./docs/na\303\257ve\040file.txt time=1772445600.250000000 size=5 type=file
./link time=1772445600.0 type=link
`,
  '7z': `Path = docs
Size = 0
Packed Size = 0
Modified = 2026-03-02 10:00:00
Attributes = D drwxr-xr-x
Encrypted = -

Path = docs/naïve file.txt
Size = 5
Packed Size = 9
Modified = 2026-03-02 10:00:00.2500000
Attributes = A -rw-r--r--
Encrypted = +

`,
}

test.skipIf(process.platform === 'win32').each(['bsdtar', '7z'] as const)(
  'what %s says is understood',
  async (program) => {
    await using t = await createTestCore()
    mkdirSync(t.path('bin'))
    writeFileSync(
      t.path(`bin/${program}`),
      `#!/bin/sh\nwhile IFS= read -r line; do printf '%s\\n' "$line"; done <<'END'\n${outputs[program]}END\n`,
    )
    chmodSync(t.path(`bin/${program}`), 0o755)
    vi.stubEnv('PATH', [t.path('bin'), '/usr/bin', '/bin'].join(delimiter))
    const found = await list(t, t.write('a.rar', Buffer.from('526172211a0700', 'hex')))
    vi.unstubAllEnvs()
    expect(found).toMatchObject({ format: 'rar', truncated: false })
    expect(found.items.slice(0, 2)).toMatchObject([
      { path: 'docs', kind: 'directory', size: 0 },
      { path: 'docs/naïve file.txt', kind: 'file', size: 5, encrypted: program === '7z' },
    ])
    expect(join(t.root, 'a.rar')).toBe(found.path)
  },
)
