import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signedSession } from '../../../daemon/src/media/media-signature.ts'
import { entryId, libraryId } from '../../testing/things.ts'
import { downloadUrl, fileUrl, remoteThumbUrl, setMedia, sidecarUrl } from './media.ts'

const ORIGIN = 'http://media.test'
const SESSION = 'session-1'
const KEY = Buffer.from('a key of the daemon, 32 bytes lng')
const HOUR_MS = 60 * 60_000

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2024, 2, 12, 13) })
  setMedia({ session: SESSION, access: 'access', media: ORIGIN, mediaKey: KEY.toString('base64url') })
})
afterEach(() => void vi.useRealTimers())

/** The session that the daemon reads from an address, some time after the page made it. */
function readByDaemon(url: string, { afterMs = 0, key = KEY }: { afterMs?: number; key?: Buffer | null } = {}): string {
  const now = Date.now() + afterMs
  return signedSession({ url: url.slice(ORIGIN.length) } as IncomingMessage, { keyOf: () => key, now: () => now })
}

const aFile = { id: null, path: '/p/a.jpg', name: 'a.jpg' }

test('the daemon accepts every address that the page signs, whatever the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      const entry = { id: null, path: `/p/${name}`, name }
      const addresses = [
        fileUrl(entry, null),
        downloadUrl(entry, null),
        fileUrl({ ...entry, id: entryId(7) }, libraryId(1)),
        remoteThumbUrl({ device: name, path: entry.path, variant: 'grid@2x', version: 'v 1' }),
        sidecarUrl({ library: libraryId(1), contentId: 'c', folder: 'thumbs', file: `${name}.webp`, version: name }),
      ]
      expect(addresses.map((address) => readByDaemon(address))).toEqual(addresses.map(() => SESSION))
    }),
  )
})

test('an address is for one file, and no other part of it can be changed', () => {
  const url = fileUrl(aFile, null)
  for (const changed of [
    url.replace('a.jpg', 'b.jpg'),
    url.replace('until=1', 'until=2'),
    url.replace(SESSION, 'session-2'),
    url.replace(/sig=./, (part) => (part === 'sig=A' ? 'sig=B' : 'sig=A')),
    downloadUrl(aFile, null).replace('&download=1', ''),
  ])
    expect(() => readByDaemon(changed)).toThrow('wrong or has expired')
  expect(() => readByDaemon(url, { key: Buffer.from('another key') })).toThrow('wrong or has expired')
  expect(() => readByDaemon(url, { key: null })).toThrow('wrong or has expired')
})

test('an address stays the same for hours, so that browsers keep the file, and ends within twelve', () => {
  const url = fileUrl(aFile, null)
  vi.advanceTimersByTime(4 * HOUR_MS)
  expect(fileUrl(aFile, null)).toBe(url)
  vi.advanceTimersByTime(2 * HOUR_MS)
  expect(fileUrl(aFile, null)).not.toBe(url)
  vi.setSystemTime(Date.UTC(2024, 2, 12, 13))
  expect(readByDaemon(url, { afterMs: 6 * HOUR_MS })).toBe(SESSION)
  expect(() => readByDaemon(url, { afterMs: 12 * HOUR_MS })).toThrow('wrong or has expired')
})

test('an indexed file is named by its entry, so that its address survives a move; any other by its path', () => {
  const address = (url: string) => url.slice(ORIGIN.length).replace(/[?&]session=.*/, '')
  const indexed = { ...aFile, id: entryId(7) }
  expect(address(fileUrl(indexed, libraryId(1)))).toBe(`/media/entry/${libraryId(1)}/${entryId(7)}/a.jpg`)
  expect(address(fileUrl({ ...indexed, path: '/q/a.jpg' }, libraryId(1)))).toBe(address(fileUrl(indexed, libraryId(1))))
  expect(address(fileUrl(indexed, null))).toBe('/media/file/a.jpg?path=%2Fp%2Fa.jpg')
  expect(address(downloadUrl(indexed, libraryId(1)))).toBe(
    `/media/entry/${libraryId(1)}/${entryId(7)}/a.jpg?download=1`,
  )
  expect(address(fileUrl({ ...aFile, pathBase64: 'L3Av/w==' }, null))).toBe(
    '/media/file/a.jpg?path=base64%3AL3Av%2Fw%3D%3D',
  )
})
