import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { fakeVolume } from './fixtures/fake-detector.ts'
import { type AnyPath, MountTable } from './mount-table.ts'

const root = fakeVolume('/')
const data = fakeVolume('/data', {
  mounts: [
    { mountPoint: '/data', root: '/', deviceId: '8:2' },
    { mountPoint: '/home/alice/Photos', root: '/photos', deviceId: '8:2' },
  ],
})
const stick = fakeVolume('/data/stick')
const table = new MountTable({ volumes: [root, data, stick], pseudoMounts: ['/proc'] }, 'linux')

function find(path: AnyPath) {
  const place = table.find(path)
  return place && [place.volume.mountPoint, place.pathInVolume.toString('latin1')]
}

test('the longest mount above a path decides', () => {
  expect(find('/')).toEqual(['/', ''])
  expect(find('/etc/hosts')).toEqual(['/', 'etc/hosts'])
  expect(find('/data')).toEqual(['/data', ''])
  expect(find('/data/stick/a/b/')).toEqual(['/data/stick', 'a/b'])
  expect(find('/home/alice/Photos/2024')).toEqual(['/data', 'photos/2024'])
  expect(find('/home/alice/Photos')).toEqual(['/data', 'photos'])
})

test('a mount point is a whole name, not the beginning of one', () => {
  expect(find('/database/x')).toEqual(['/', 'database/x'])
  expect(find('/data/sticker')).toEqual(['/data', 'sticker'])
})

test('dots and doubled slashes do not lead astray', () => {
  expect(find('/data//stick/../a/./b')).toEqual(['/data', 'a/b'])
})

test('what the system makes up lies on no volume', () => {
  expect(find('/proc/self/maps')).toBeNull()
  expect(find('/procession')).toEqual(['/', 'procession'])
})

test('names that are not UTF-8 keep their bytes', () => {
  expect(find(Buffer.from('/data/caf\xe9', 'latin1'))).toEqual(['/data', 'caf\xe9'])
})

test('a relative path is refused', () => {
  expect(() => find('data')).toThrow(expect.objectContaining({ code: 'InvalidInput' }))
})

test('a path of a volume is found again where it is mounted', () => {
  expect(table.absolutePath(data.fingerprint, 'photos/2024')?.toString()).toBe('/data/photos/2024')
  expect(table.absolutePath(root.fingerprint, '')?.toString()).toBe('/')
  expect(table.absolutePath(root.fingerprint, 'etc')?.toString()).toBe('/etc')
  expect(table.absolutePath('unknown', 'etc')).toBeNull()
})

test('a path that another mount covers cannot be reached', () => {
  expect(table.absolutePath(root.fingerprint, 'data/old')).toBeNull()
  expect(table.absolutePath(data.fingerprint, 'stick/a')).toBeNull()
})

test('where only a folder of a volume is mounted, the rest of it cannot be reached', () => {
  const bind = fakeVolume('/photos', { mounts: [{ mountPoint: '/photos', root: '/home/photos', deviceId: '8:1' }] })
  const container = new MountTable({ volumes: [bind], pseudoMounts: [] }, 'linux')
  expect(container.absolutePath(bind.fingerprint, 'home/photos/a')?.toString()).toBe('/photos/a')
  expect(container.absolutePath(bind.fingerprint, 'home/photos')?.toString()).toBe('/photos')
  expect(container.absolutePath(bind.fingerprint, 'home/photoshop')).toBeNull()
  expect(container.absolutePath(bind.fingerprint, 'etc')).toBeNull()
  expect(container.find('/etc')).toBeNull()
})

test('any path on a volume leads there and back', () => {
  const name = constantFrom('data', 'stick', 'photos', 'home', 'alice', 'Photos', 'proc', 'a', 'ä', ' ')
  assert(
    property(array(name, { maxLength: 6 }), (names) => {
      const path = `/${names.join('/')}`
      const place = table.find(path)
      if (!place) return
      const back = table.absolutePath(place.volume.fingerprint, place.pathInVolume)
      expect(back && table.find(back)).toEqual({ ...place, mount: expect.anything() })
    }),
  )
})
