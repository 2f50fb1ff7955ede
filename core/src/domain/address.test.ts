import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddress, formatContentAddress, isAddress, parseAddress } from './address.ts'

const device = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes('/'))
const absolute = fc
  .array(
    fc.string({ unit: 'binary', minLength: 1 }).filter((part) => !part.includes('/') && !part.includes('\0')),
    {
      maxLength: 6,
    },
  )
  .map((parts) => `/${parts.join('/')}`)
const awkward = fc.constantFrom(
  '/base64:eA==',
  '/C:/Users',
  '/local://x',
  '/a?b#c%20d',
  '/ ',
  '/..',
  '/C:\\x',
  '/base64:',
)
const bytes = fc.uint8Array({ minLength: 1 }).map((path) => `base64:${Buffer.from(path).toString('base64')}`)
const path = fc.oneof(absolute, awkward, bytes, fc.constantFrom('C:/Users/x', 'D:\\Bilder'))

test('what is printed of a path on a device is read back as the same', () => {
  fc.assert(
    fc.property(device, path, (name, where) => {
      expect(parseAddress(formatAddress(name, where))).toEqual({ kind: 'device', device: name, path: where })
    }),
  )
})

test('any text is read as something, and printing that names the same again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const address = parseAddress(`local://${text}`)
      if (address.kind !== 'device') return
      expect(parseAddress(formatAddress(address.device, address.path))).toEqual(address)
    }),
  )
})

test('a plain path is itself, whatever is in it', () => {
  fc.assert(
    fc.property(absolute, (where) => {
      expect(parseAddress(where)).toEqual({ kind: 'path', path: where })
    }),
  )
})

test('contents and sidecars have addresses', () => {
  const id = '3f2504e0-4f89-51d3-9a0c-0305e82c3301'
  expect(parseAddress(formatContentAddress(id))).toEqual({ kind: 'content', contentId: id })
  expect(parseAddress(formatContentAddress(id.toUpperCase()))).toEqual({ kind: 'content', contentId: id })
  expect(parseAddress('content://cat.jpg')).toMatchObject({ kind: 'wrong' })
  const address = `sidecar://${id}/thumbs/grid@2x.webp`
  expect(parseAddress(address)).toEqual({ kind: 'sidecar', address })
})

test('a device alone is its root, and no device is the one that is asked', () => {
  expect(parseAddress('local://bob')).toEqual({ kind: 'device', device: 'bob', path: '/' })
  expect(parseAddress('local:///etc')).toEqual({ kind: 'device', device: '', path: '/etc' })
  expect(parseAddress('local://bob/a\0b')).toMatchObject({ kind: 'wrong' })
})

test('what has a scheme is no path', () => {
  expect(['local://bob/x', 'content://x', 'sidecar://x', '/local://x', 'local:/x'].map(isAddress)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})
