import { expect, test } from 'vitest'
import { type Dragged, draggedOut } from './dragged-out.ts'

const file = (name: string, mime: string | null = 'text/plain'): Dragged => ({
  entry: { kind: 'file', name, mime, path: `/p/${name}` },
  url: `http://media.test/${encodeURIComponent(name)}`,
})
const folder: Dragged = { entry: { kind: 'directory', name: 'd', mime: null, path: '/p/d' }, url: 'http://page.test/d' }

test('one file is dragged as a download, a link and its path', () => {
  expect(draggedOut([file('a b.txt')])).toEqual({
    'text/uri-list': 'http://media.test/a%20b.txt',
    'text/plain': '/p/a b.txt',
    DownloadURL: 'text/plain:a b.txt:http://media.test/a%20b.txt',
  })
})

test('a file of no known type, and a colon in its name, make a download all the same', () => {
  expect(draggedOut([file('a:b', null)])['DownloadURL']).toBe('application/octet-stream:a_b:http://media.test/a%3Ab')
})

test('several files, and folders, are dragged as links', () => {
  expect(draggedOut([file('a'), folder])).toEqual({
    'text/uri-list': 'http://media.test/a\r\nhttp://page.test/d',
    'text/plain': '/p/a\n/p/d',
  })
  expect(draggedOut([folder])).not.toHaveProperty('DownloadURL')
})

test('of very many files the first hundred are dragged', () => {
  const many = Array.from({ length: 300 }, (_, i) => file(String(i)))
  expect(draggedOut(many)['text/uri-list']!.split('\r\n')).toHaveLength(100)
})
