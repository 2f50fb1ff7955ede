import { expect, test } from 'vitest'
import { Downloads } from './downloads.ts'

const THEN = Date.parse('2026-01-01')

test('an archive is named after its one folder, or after the folder around several files', () => {
  const downloads = new Downloads(() => THEN)
  const names = (...paths: string[]) => downloads.prepare(paths).name
  expect(names('/home/alice/Pictures')).toBe('Pictures.zip')
  expect(names('/home/alice/a.txt', '/home/alice/b.txt')).toBe('alice.zip')
  expect(names('/a.txt', '/b.txt')).toBe('Files.zip')
  expect(names('/')).toBe('Files.zip')
  expect(names('/home/what?')).toBe('what_.zip')
})

test('the address of an archive holds for ten minutes, and the oldest of too many ends', () => {
  let now = THEN
  const downloads = new Downloads(() => now)
  const idOf = ({ address }: { address: string }) => address.split('/')[3]!
  const first = downloads.prepare(['/a'])
  expect(first).toMatchObject({ name: 'a.zip', expiresAt: '2026-01-01T00:10:00.000Z' })
  expect(first.address).toMatch(/^\/media\/zip\/[\w-]{22}\/a\.zip$/)
  expect(downloads.find(idOf(first))).toMatchObject({ roots: ['/a'], name: 'a.zip' })
  for (let i = 0; i < 31; i++) downloads.prepare(['/b'])
  expect(downloads.find(idOf(first)).roots).toEqual(['/a'])
  const last = downloads.prepare(['/c'])
  expect(() => downloads.find(idOf(first))).toThrow('no longer valid')
  now += 10 * 60_000
  expect(() => downloads.find(idOf(last))).toThrow('no longer valid')
})

test('of downloads with very long lists only the newest are kept', () => {
  const downloads = new Downloads(() => THEN)
  const paths = Array.from({ length: 5_000 }, (_, i) => `/${'x'.repeat(4_000)}${i}`)
  const [one, two] = [downloads.prepare(paths), downloads.prepare(paths)]
  expect(() => downloads.find(one.address.split('/')[3]!)).toThrow('no longer valid')
  expect(downloads.find(two.address.split('/')[3]!).roots).toHaveLength(5_000)
})

test('files of other devices are refused with what to do', () => {
  const downloads = new Downloads(() => THEN)
  expect(() => downloads.prepare(['local://bob/home/a.txt'])).toThrow('network fetch')
})

test('a path that is not text stays as it is', () => {
  const downloads = new Downloads(() => THEN)
  const { address } = downloads.prepare([`base64:${Buffer.from([0x2f, 0x61, 0xff]).toString('base64')}`])
  expect(downloads.find(address.split('/')[3]!).roots).toEqual([Buffer.from([0x2f, 0x61, 0xff])])
})
