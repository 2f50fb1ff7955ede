import { expect, test } from 'vitest'
import { isBrowserPicture, previewKind } from './preview-kind.ts'

const file = { kind: 'file', type: 'unknown', mime: null, extension: '' } as const

test('what a file is says how it is shown', () => {
  const kinds = [
    { ...file, type: 'image', mime: 'image/heic' },
    { ...file, type: 'video', mime: 'video/mp4' },
    { ...file, type: 'document', mime: 'application/pdf' },
    { ...file, type: 'document', extension: 'pdf' },
    { ...file, type: 'document', mime: 'application/msword' },
    { ...file, type: 'web', mime: 'text/html' },
    { ...file, type: 'spreadsheet', mime: 'text/csv' },
    { ...file, type: 'email', mime: 'message/rfc822' },
    { ...file, type: 'executable', mime: 'text/x-shellscript' },
    { ...file, type: 'executable', mime: 'application/x-elf' },
    { ...file, kind: 'directory', type: 'image' },
  ] as const
  expect(kinds.map(previewKind)).toEqual([
    'picture',
    'video',
    'pdf',
    'pdf',
    'pages',
    'text',
    'text',
    'pages',
    'text',
    'facts',
    'facts',
  ])
})

test('a picture the browser cannot show is told by its format, or else by its extension', () => {
  expect(isBrowserPicture({ mime: 'image/jpeg', extension: 'heic' })).toBe(true)
  expect(isBrowserPicture({ mime: 'image/heic', extension: 'jpg' })).toBe(false)
  expect(isBrowserPicture({ mime: null, extension: 'jpeg' })).toBe(true)
  expect(isBrowserPicture({ mime: null, extension: 'tif' })).toBe(false)
})
