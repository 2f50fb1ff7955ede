import { expect, test } from 'vitest'
import { readLogLine } from './log-line.ts'

test('a line of JSON is told in words', () => {
  const line = { time: '2026-01-01T00:00:00.000Z', level: 'warn', path: '/a.txt', files: 3, msg: 'skipped' }
  expect(readLogLine(JSON.stringify(line))).toEqual({
    time: '2026-01-01T00:00:00.000Z',
    level: 'warn',
    message: 'skipped',
    details: 'path: /a.txt, files: 3',
  })
})

test('of an error its message is told, of other values their parts', () => {
  const line = { err: { code: 'EIO', message: 'the disk failed' }, sizes: [1, 2], of: { a: 1, b: null }, msg: 'x' }
  expect(readLogLine(JSON.stringify(line)).details).toBe('err: the disk failed, sizes: 1 2, of: a 1 b null')
})

test.each(['plain words', '{"time":"2026', ''])('the line %j is its own message', (line) => {
  expect(readLogLine(line)).toEqual({ time: null, level: 'info', message: line, details: '' })
})
