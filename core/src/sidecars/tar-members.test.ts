import { execFileSync } from 'node:child_process'
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { readTarMembers } from './tar-members.ts'

const BLOCK = 512

function header({ base256 = false, name = 'file', size = 0, type = '0' }): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0)
  if (base256) {
    block[124] = 0x80
    block.writeBigUInt64BE(BigInt(size), 128)
  } else block.write(size.toString(8).padStart(11, '0'), 124)
  block.write(type, 156)
  block.write('ustar\x0000', 257, 'latin1')
  return sealed(block)
}

/** Writes the sum of the block. */
function sealed(block: Buffer): Buffer {
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function member(options: Parameters<typeof header>[0], data = ''): Buffer {
  const bytes = Buffer.from(data)
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)
  return Buffer.concat([header({ size: bytes.length, ...options }), bytes, padding])
}

/** `<length> <key>=<value>\n`, with its own length. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  const length = [1, 2, 3, 4].map((digits) => rest + digits).find((sum, i) => String(sum).length === i + 1)!
  return `${length} ${key}=${value}\n`
}

async function read(...blocks: Buffer[]): Promise<{ path: string; text: string }[]> {
  const found: { path: string; text: string }[] = []
  for await (const { data, path } of readTarMembers(Readable.from([...blocks, Buffer.alloc(2 * BLOCK)]))) {
    const parts: Buffer[] = []
    for await (const part of data) parts.push(part)
    found.push({ path, text: Buffer.concat(parts).toString() })
  }
  return found
}

const LONG = `${'long/'.repeat(60)}straße.txt`

test('a caller that stops early closes the file', async () => {
  using temp = createTempDir('tar')
  const path = join(temp.path, 'a.tar')
  writeFileSync(path, Buffer.concat([member({ name: 'a' }, 'a'), member({ name: 'b' }, 'b'.repeat(200_000))]))
  const stream = createReadStream(path)
  for await (const each of readTarMembers(stream)) {
    expect(each.path).toBe('a')
    break
  }
  expect(stream.destroyed).toBe(true)
})

test('a file that is no tar is closed too', async () => {
  using temp = createTempDir('tar')
  const path = join(temp.path, 'a.tar')
  writeFileSync(path, Buffer.alloc(200_000, 'x'))
  const stream = createReadStream(path)
  await expect(readTarMembers(stream).next()).rejects.toMatchObject({ code: 'Corrupt' })
  expect(stream.destroyed).toBe(true)
})

test('long paths are read as GNU tar and pax write them, for one member each', async () => {
  expect(
    await read(
      member({ name: '././@LongLink', type: 'L' }, `${LONG}\0`),
      member({ name: LONG.slice(0, 100) }, 'one'),
      member({ name: 'plain' }, 'two'),
      member({ name: 'PaxHeaders/x', type: 'x' }, record('mtime', '1.5') + record('path', LONG)),
      member({ name: LONG.slice(0, 100) }, 'three'),
      member({ name: 'g', type: 'g' }, record('path', 'all')),
      member({ name: 'last' }, 'four'),
    ),
  ).toEqual([
    { path: LONG, text: 'one' },
    { path: 'plain', text: 'two' },
    { path: LONG, text: 'three' },
    { path: 'last', text: 'four' },
  ])
})

test('sizes are read as binary numbers and from pax', async () => {
  const stated = member({ name: 'b' }, 'two')
  stated.write('00000000000', 124)
  sealed(stated.subarray(0, BLOCK))
  expect(
    await read(
      member({ name: 'a', base256: true }, 'one'),
      member({ type: 'x' }, record('size', '3')),
      stated,
      member({ name: 'c' }, 'three'),
    ),
  ).toEqual([
    { path: 'a', text: 'one' },
    { path: 'b', text: 'two' },
    { path: 'c', text: 'three' },
  ])
  const huge = readTarMembers(Readable.from([header({ name: 'huge', base256: true, size: 9 * 2 ** 30 })]))
  expect(await huge.next()).toMatchObject({ value: { path: 'huge', size: 9 * 2 ** 30 } })
  await huge.return(undefined)
})

test.each([
  ['a header that is too large', [header({ type: 'x', size: 2 ** 30 })], /too large a header/],
  ['headers without end', Array.from({ length: 50 }, () => member({ type: 'L' }, 'x')), /too large a header/],
  ['a record that is longer than the header', [member({ type: 'x' }, '99 path=a\n')], /damaged/],
  ['a record without a length', [member({ type: 'x' }, ' path=a\n')], /damaged/],
  ['a record without a value', [member({ type: 'x' }, '7 path\n')], /damaged/],
  ['a size that is no number', [member({ type: 'x' }, record('size', '-1'))], /no tar archive/],
  ['a size that no number holds', [header({ base256: true, size: 2 ** 60 })], /no tar archive/],
])('%s is refused', async (_, blocks, message) => {
  await expect(read(...blocks)).rejects.toMatchObject({ code: 'Corrupt', message: expect.stringMatching(message) })
})

test.skipIf(process.platform !== 'linux').each(['gnu', 'pax'])('what tar writes as %s is read', async (format) => {
  using temp = createTempDir('tar')
  const tree = join(temp.path, LONG.slice(0, LONG.lastIndexOf('/')))
  mkdirSync(tree, { recursive: true })
  writeFileSync(join(temp.path, LONG), 'text')
  const packed = execFileSync('tar', ['-c', `--format=${format}`, '-C', temp.path, 'long'])
  expect(await read(packed)).toEqual([{ path: LONG, text: 'text' }])
})

test('an archive with more members than the limit is listed up to it, and says so; a package with as many is refused', async () => {
  const blocks = Array.from({ length: 10_001 }, (_, i) => member({ name: `file-${i}` }))
  const stream = () => Readable.from([Buffer.concat(blocks), Buffer.alloc(2 * BLOCK)])
  let cuts = 0
  const paths: string[] = []
  for await (const { path } of readTarMembers(stream(), { onCut: () => cuts++ })) paths.push(path)
  expect([paths.length, paths.at(-1), cuts]).toEqual([10_000, 'file-9999', 1])
  await expect(async () => {
    for await (const _ of readTarMembers(stream()));
  }).rejects.toMatchObject({ code: 'Corrupt', message: 'the archive has more than 10000 files' })
})
