import { afterEach, expect, test, vi } from 'vitest'
import { plural } from '../i18n/index.ts'
import { cleanPath, foldersTo, nameOf, parentOf, splitTyped } from './paths.ts'
import { typeKey, typeNames } from './type-names.ts'
import { makeFormat } from './use-format.ts'

const [en, de] = [makeFormat('en'), makeFormat('de')]
/** No-break spaces are told apart by nobody who reads a test. */
const plain = (text: string) => text.replaceAll('\u00A0', ' ').replaceAll('\u202F', ' ')

const sizes = [
  { size: 0, en: '0 bytes', de: '0 Byte' },
  { size: 1, en: '1 byte', de: '1 Byte' },
  { size: 999, en: '999 bytes', de: '999 Byte' },
  { size: 1_500, en: '1.5 kB', de: '1,5 kB' },
  { size: 999_499, en: '999 kB', de: '999 kB' },
  { size: 999_500, en: '1 MB', de: '1 MB' },
  { size: 2_345_678, en: '2.35 MB', de: '2,35 MB' },
  { size: 4.5e12, en: '4.5 TB', de: '4,5 TB' },
  { size: 7e18, en: '7,000 PB', de: '7.000 PB' },
]

test.for(sizes)('$size bytes are $en', ({ de: german, en: english, size }) => {
  expect([plain(en.bytes(size)), plain(de.bytes(size))]).toEqual([english, german])
})

const durations = [
  { ms: 0, en: '0 sec', de: '0 Sek.' },
  { ms: 499, en: '0 sec', de: '0 Sek.' },
  { ms: 61_000, en: '1 min 1 sec', de: '1 Min. 1 Sek.' },
  { ms: 3_600_000, en: '1 hr', de: '1 Std.' },
  // Hours leave seconds out.
  { ms: 3_661_000, en: '1 hr 1 min', de: '1 Std. 1 Min.' },
]

test.for(durations)('$ms ms are $en', ({ de: german, en: english, ms }) => {
  expect([plain(en.duration(ms)), plain(de.duration(ms))]).toEqual([english, german])
})

test('parts, counts and months are written as the language has them', () => {
  expect([plain(en.percent(0.625)), plain(de.percent(0.625))]).toEqual(['63%', '63 %'])
  expect([en.count(1_204_000), de.count(1_204_000)]).toEqual(['1,204,000', '1.204.000'])
  expect([en.month('2026-07'), de.month('2026-07')]).toEqual(['July 2026', 'Juli 2026'])
  expect([de.clock(187_000), de.clock(3_787_000)]).toEqual(['3:07', '1:03:07'])
})

afterEach(() => void vi.useRealTimers())

const dates = [
  { at: '2024-03-12T09:05:00', en: /^today 9:05/, de: /^heute 09:05$/ },
  { at: '2024-03-11T23:59:00', en: /^yesterday 11:59/, de: /^gestern 23:59$/ },
  { at: '2024-03-06T12:00:00', en: /^6 days ago 12:00/, de: /^vor 6 Tagen 12:00$/ },
  { at: '2024-03-05T12:00:00', en: /^Mar 5, 2024$/, de: /^05\.03\.2024$/ },
  // A clock that was wrong: tomorrow is no relative day.
  { at: '2024-03-13T00:30:00', en: /^Mar 13, 2024$/, de: /^13\.03\.2024$/ },
]

test.for(dates)('on 12 March 2024 $at is told from today up to a week', ({ at, de: german, en: english }) => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2024-03-12T15:00:00') })
  expect(plain(en.date(at))).toMatch(english)
  expect(plain(de.date(at))).toMatch(german)
})

test('a plural has the form and the number of its language', () => {
  const forms = { one: '# file', other: '# files' }
  expect([0, 1, 2, 1_204].map((count) => plural('en', count, forms))).toEqual([
    '0 files',
    '1 file',
    '2 files',
    '1,204 files',
  ])
  expect(plural('de', 1_204, { one: '# Datei', other: '# Dateien' })).toBe('1.204 Dateien')
  // A form that is not given is replaced by the general one.
  expect(plural('en', 1, { other: 'up to #' })).toBe('up to 1')
})

test('every type and kind of entry has a name in both languages', () => {
  expect(Object.keys(typeNames.de)).toEqual(Object.keys(typeNames.en))
  expect(typeKey({ kind: 'directory', type: 'unknown' })).toBe('directory')
  expect(typeKey({ kind: 'symlink', type: 'image' })).toBe('symlink')
  expect(typeNames.de[typeKey({ kind: 'file', type: 'spreadsheet' })]).toBe('Tabelle')
})

const folders = [
  { path: '/', parent: null, name: '/' },
  { path: '/home', parent: '/', name: 'home' },
  { path: '/home/me/', parent: '/home', name: 'me' },
  { path: 'C:\\', parent: null, name: 'C:\\' },
  { path: 'C:\\Users', parent: 'C:\\', name: 'Users' },
  { path: 'C:\\Users\\me', parent: 'C:\\Users', name: 'me' },
  { path: 'local://bob/', parent: null, name: 'bob' },
  { path: 'local://bob/home', parent: 'local://bob/', name: 'home' },
  { path: 'local://bob/home/b', parent: 'local://bob/home', name: 'b' },
  { path: 'base64:AAEC', parent: null, name: 'base64:AAEC' },
]

test.for(folders)('$path lies in $parent', ({ name, parent, path }) => {
  expect({ parent: parentOf(path), name: nameOf(path) }).toEqual({ parent, name })
})

test('the folders to a path begin at its root and end at itself', () => {
  for (const { path } of folders) {
    const all = foldersTo(path)
    expect([parentOf(all[0]!), all.at(-1)]).toEqual([null, path])
    expect(all.slice(1).map(parentOf)).toEqual(all.slice(0, -1))
  }
})

const typed = [
  { pasted: '  /a/b  ', path: '/a/b' },
  { pasted: '"/a b/"', path: '/a b' },
  { pasted: "'/a'", path: '/a' },
  { pasted: 'file://localhost/a%20b', path: '/a b' },
  { pasted: 'file:///%zz', path: '/%zz' },
  { pasted: 'C:\\', path: 'C:\\' },
  { pasted: 'C:\\Users\\', path: 'C:\\Users' },
  { pasted: '///', path: '/' },
]

test.for(typed)('what is pasted as $pasted is $path', ({ pasted, path }) => {
  expect(cleanPath(pasted)).toBe(path)
})

test('what is typed of a path of Windows is a folder and the beginning of a name', () => {
  expect(splitTyped('C:\\Us')).toEqual({ folder: 'C:', prefix: 'Us' })
  expect(splitTyped('C:\\Users\\m')).toEqual({ folder: 'C:\\Users', prefix: 'm' })
  // Elsewhere it is a letter of a name.
  expect(splitTyped('/a\\b')).toEqual({ folder: '/', prefix: 'a\\b' })
})
