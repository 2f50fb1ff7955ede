import { expect, test } from 'vitest'
import { ICON_PIXELS, isIcon, isScreenshot, type PictureFacts } from './icons-and-screenshots.ts'

const photo: PictureFacts = { name: 'cat.png', width: 4_000, height: 3_000, hasCamera: false, folder: 'Pictures' }

test.each([
  ['a photo', {}, false],
  ['a picture as large as an icon', { width: ICON_PIXELS, height: 16 }, true],
  ['a picture that is larger on one side', { width: ICON_PIXELS + 1, height: 16 }, false],
  ['a picture of unknown size', { width: null, height: null }, false],
  ['a file of icons', { name: 'favicon.ICO', width: 512, height: 512 }, true],
])('%s: an icon? %s', (_, facts, expected) => {
  expect(isIcon({ ...photo, ...facts })).toBe(expected)
})

test.each([
  ['a photo', {}, false],
  ['a screenshot of GNOME', { name: 'Screenshot From 2026-01-01 10-00-00.png' }, true],
  ['a screenshot of macOS in German', { name: 'Bildschirmfoto 2026-01-01.png' }, true],
  ['a decomposed name', { name: 'Ska\u0308rmavbild 2026.png' }, true],
  ['a picture in a folder of screenshots', { folder: 'Screenshots' }, true],
  ['a photo of a camera with such a name', { name: 'Screenshot.jpg', hasCamera: true }, false],
  ['a name that only contains the word', { name: 'my screenshot.png' }, false],
])('%s: a screenshot? %s', (_, facts, expected) => {
  expect(isScreenshot({ ...photo, ...facts })).toBe(expected)
})
