import { expect, test } from 'vitest'
import {
  entryKindNumbers,
  fileTypeNumbers,
  namesByNumber,
  sidecarKindNumbers,
  sidecarStateNumbers,
} from './stored-lists.ts'

test('names keep the numbers under which existing databases store them', () => {
  expect(entryKindNumbers).toEqual({ file: 0, directory: 1, symlink: 2, other: 3 })
  expect(sidecarStateNumbers).toEqual({ pending: 0, generating: 1, ready: 2, failed: 3 })
  expect(sidecarKindNumbers).toMatchObject({
    thumb: 0,
    ocr: 1,
    transcript: 2,
    embeddings: 3,
    text: 4,
    proxy: 5,
    thumbstrip: 6,
    'live-photo-video': 7,
    xmp: 8,
  })
  expect(fileTypeNumbers).toMatchObject({
    unknown: 0,
    image: 1,
    video: 2,
    audio: 3,
    document: 4,
    archive: 5,
    code: 6,
    text: 7,
    database: 8,
    book: 9,
    font: 10,
    mesh: 11,
    config: 12,
    encrypted: 13,
    key: 14,
    executable: 15,
    binary: 16,
    spreadsheet: 17,
    presentation: 18,
    email: 19,
    calendar: 20,
    contact: 21,
    web: 22,
    shortcut: 23,
    package: 24,
    model: 25,
    memory: 26,
  })
})

test('the order of names means nothing, and a number that no name has stays free', () => {
  expect(namesByNumber({ last: 3, first: 0, second: 1 })).toEqual(['first', 'second', undefined, 'last'])
  expect(namesByNumber({ first: 0, second: 1, last: 3 })).toEqual(['first', 'second', undefined, 'last'])
})

test('two names with the same number are refused', () => {
  expect(() => namesByNumber({ first: 0, second: 0 })).toThrow('first and second have the same number 0')
})
