import { expect, test } from 'vitest'
import { CoreError, errorCodes } from '../../util/errors.ts'
import { pathError } from '../../util/path-error.ts'
import { namesPath, toldError, toldSentence } from './told-error.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something failed, open '/home/bob/a.txt'`), { code })
}

test('a peer learns no path of this device from an error, whatever the system says', () => {
  for (const code of ['ENOENT', 'EACCES', 'ENOSPC', 'EROFS', 'EIO', 'ELOOP', 'ENAMETOOLONG', 'EEXIST', 'EMFILE'])
    for (const path of ['/home/bob/a b.txt', 'C:\\Users\\bob\\a.txt', '\\\\server\\share\\a.txt']) {
      const told = toldError(pathError(systemError(code), path), { library: 'Photos' })
      expect(told).toEqual({ code: told.code, message: toldSentence(told.code) })
    }
  expect(toldError(systemError('ENOENT'))).toEqual({ code: 'Internal', message: toldSentence('Internal') })
})

test('a peer is told the path that it has asked for, and a sentence without a path', () => {
  const missing = new CoreError('NotFound', '/home/bob/My Files/a.txt does not exist')
  expect(toldError(missing, { path: '/home/bob/My Files/a.txt' }).message).toBe(missing.message)
  expect(toldError(missing, { path: Buffer.from('/home/bob/My Files/a.txt') }).message).toBe(missing.message)
  expect(toldError(missing, { path: '/home/bob' }).message).toBe(toldSentence('NotFound'))
  const sentence = new CoreError('NotAuthorised', 'bob may not read files there and/or list them: 1/2')
  expect(toldError(sentence).message).toBe(sentence.message)
})

test.each([
  ['/home/u/My', '/home/u/My Secret Folder/x does not exist'],
  ['/home/u/My', "no space left for '/home/u/My Secret'; free some"],
  ['/home/u/My', '/home/u/My Secret does not exist'],
  ['/home/u/My Files', '/home/u/My does not exist'],
  ['/home/u/a', '/home/u/a/b does not exist'],
  ['/home/u/a', '/home/u/a is in /home/u/b'],
  ['C:\\Users\\u\\My', 'C:\\Users\\u\\My Secret is a link'],
])('a peer that asked for %s is not told: %s', (asked, message) => {
  expect(namesPath(message, { path: asked })).toBe(true)
})

test.each([
  ['/home/u/My Files/a /b', '/home/u/My Files/a /b does not exist'],
  ['local://bob/home/u/a b', '/home/u/a b cannot be read'],
  ['/home/u/My Files/a', 'the path is too long: "/home/u/My Files"'],
  ['C:\\Users\\u\\My', 'C:\\Users\\u\\My is a link'],
])('a peer that asked for %s is told: %s', (asked, message) => {
  expect(namesPath(message, [asked])).toBe(false)
})

test('no sentence for peers names a path or a figure, and an unknown code has one', () => {
  for (const code of [...errorCodes, 'NoSuchCode', 'constructor']) {
    expect(namesPath(toldSentence(code))).toBe(false)
    expect(toldSentence(code)).not.toMatch(/[0-9/\\]/)
  }
})
