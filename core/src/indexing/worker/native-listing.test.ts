import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { nameKey, type RawName } from '../../util/file-name.ts'
import { FIELDS, type Lister, listDirectory, type Listing, statEntry, UnreadableDirectory } from './listing.ts'
import { loadNativeLister } from './native-listing.ts'

const native = await loadNativeLister()
const ways: [string, Lister][] = [
  ['of Node', listDirectory],
  ...(native ? [['of the C library', native] as [string, Lister]] : []),
]

const all = () => () => true

function list(lister: Lister, dir: RawName, prepare: Parameters<Lister>[2] = all): Listing {
  return lister(dir, statEntry(dir)?.dev ?? 0n, prepare)
}

/** What a listing says, in the order of names: the order on the disk is nobody's business. */
function facts(listing: Listing) {
  const entries = listing.names.map((name, i) => ({
    name: nameKey(name),
    numbers: listing.numbers.slice(i * FIELDS, (i + 1) * FIELDS),
    bigInode: listing.bigInodes.get(i),
  }))
  return {
    entries: entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    unreadable: listing.unreadable,
    fingerprint: listing.fingerprint.bytes(),
  }
}

test.skipIf(process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch))(
  'the C library of this system can be called',
  () => expect(native).not.toBeNull(),
)

test.skipIf(!native)('both ways to list a folder say the same, whatever is in it', () => {
  using temp = createTempDir('listing')
  const at = (name: string) => join(temp.path, name)
  const file = (name: string, seconds?: number) => {
    writeFileSync(at(name), name)
    if (seconds !== undefined) utimesSync(at(name), seconds, seconds)
  }
  for (const name of [
    'plain.txt',
    'with space',
    'new\nline',
    'caf\u00e9',
    'cafe\u0301',
    '\ufffd',
    'x'.repeat(255),
    '.hidden',
    '...',
  ])
    file(name)
  writeFileSync(Buffer.concat([Buffer.from(`${temp.path}/`), Buffer.of(0x66, 0xff, 0x80)]), 'bytes')
  file('1601', -11_644_473_600)
  file('1969', -0.5)
  file('2107', 4_354_819_199)
  file('nanoseconds', 1_600_000_000.123456)
  writeFileSync(at('sparse'), '')
  truncateSync(at('sparse'), 5_000_000_000)
  linkSync(at('plain.txt'), at('link'))
  symlinkSync('nowhere', at('symlink'))
  symlinkSync('/', at('to-the-root'))
  mkdirSync(at('folder/inside'), { recursive: true })
  execFileSync('mkfifo', [at('fifo')])
  expect(facts(list(native!, temp.path))).toEqual(facts(list(listDirectory, temp.path)))
  for (const dir of ['/', '/proc', '/dev', '/usr/bin'])
    expect(facts(list(native!, dir)).entries.map(({ name }) => name)).toEqual(
      facts(list(listDirectory, dir)).entries.map(({ name }) => name),
    )
  expect(facts(list(native!, '/usr/bin'))).toEqual(facts(list(listDirectory, '/usr/bin')))
})

test.skipIf(!native)('a folder with more names than one call returns', () => {
  using temp = createTempDir('listing-large')
  for (let i = 0; i < 1_500; i++) writeFileSync(join(temp.path, `${i}-${'n'.repeat(200)}`), '')
  const listing = list(native!, temp.path)
  expect(listing.names).toHaveLength(1_500)
  expect(facts(listing)).toEqual(facts(list(listDirectory, temp.path)))
})

test.for(ways)('the call %s asks about every name, with all of them known', ([, lister]) => {
  using temp = createTempDir('listing-rules')
  mkdirSync(join(temp.path, 'folder'))
  writeFileSync(join(temp.path, 'file'), '')
  writeFileSync(join(temp.path, 'left-out'), '')
  const asked: [string, boolean][] = []
  const listing = list(lister, temp.path, (names) => {
    expect(new Set(names)).toEqual(new Set(['folder', 'file', 'left-out']))
    return (name, isDirectory) => {
      asked.push([name, isDirectory])
      return name !== 'left-out'
    }
  })
  expect(new Set(listing.names)).toEqual(new Set(['folder', 'file']))
  expect(new Map(asked)).toEqual(
    new Map([
      ['folder', true],
      ['file', false],
      ['left-out', false],
    ]),
  )
})

test.for(ways)('the call %s says why a folder cannot be listed', ([, lister]) => {
  using temp = createTempDir('listing-gone')
  writeFileSync(join(temp.path, 'file'), '')
  const failure = (dir: string) => {
    try {
      list(lister, dir)
      return null
    } catch (err) {
      return err instanceof UnreadableDirectory ? { gone: err.gone, code: err.code } : err
    }
  }
  expect(failure(join(temp.path, 'nothing'))).toEqual({ gone: true, code: 'ENOENT' })
  expect(failure(join(temp.path, 'file'))).toEqual({ gone: true, code: 'ENOTDIR' })
})
