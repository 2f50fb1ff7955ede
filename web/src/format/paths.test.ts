import { expect, test } from 'vitest'
import { cleanPath, deviceOf, foldersTo, isWithin, nameOf, parentOf, rootOf, splitTyped } from './paths.ts'

test('a path has folders up to the root', () => {
  expect(foldersTo('/home/me/Pictures')).toEqual(['/', '/home', '/home/me', '/home/me/Pictures'])
  expect(foldersTo('C:\\Users\\me')).toEqual(['C:\\', 'C:\\Users', 'C:\\Users\\me'])
  expect([parentOf('/'), parentOf('base64:AAEC')]).toEqual([null, null])
  expect([nameOf('/home/me/'), nameOf('/'), nameOf('C:\\Users')]).toEqual(['me', '/', 'Users'])
})

test('a folder is not below one whose name begins the same', () => {
  expect([isWithin('/a/b', '/a'), isWithin('/ab', '/a'), isWithin('/a', '/a'), isWithin('/a', '/')]).toEqual([
    true,
    false,
    true,
    true,
  ])
})

test('what is pasted is a path', () => {
  expect([' "/a b/c/" ', "'/x'", 'file:///a%20b', '/', 'file:///100%'].map(cleanPath)).toEqual([
    '/a b/c',
    '/x',
    '/a b',
    '/',
    '/100%',
  ])
})

test('what is typed is a folder and the beginning of a name', () => {
  expect([splitTyped('/ho'), splitTyped('/home/m'), splitTyped('ho')]).toEqual([
    { folder: '/', prefix: 'ho' },
    { folder: '/home', prefix: 'm' },
    null,
  ])
})

test('a path of another device is an address, whose root is the device', () => {
  expect(deviceOf('local://bob/home')).toBe('bob')
  expect(deviceOf('/home/bob')).toBeNull()
  expect(foldersTo('local://bob/home/bob')).toEqual(['local://bob/', 'local://bob/home', 'local://bob/home/bob'])
  expect(nameOf('local://bob/home')).toBe('home')
  expect(nameOf(rootOf('bob'))).toBe('bob')
  expect(parentOf(rootOf('bob'))).toBeNull()
  expect(isWithin('local://bob/home', rootOf('bob'))).toBe(true)
  expect(isWithin('local://bob/home', '/')).toBe(false)
})
