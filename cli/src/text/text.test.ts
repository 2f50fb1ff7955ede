import { describe, expect, test } from 'vitest'
import { printable } from './escape.ts'
import { renderFields } from './fields.ts'
import { formatAgo, formatBytes, formatCount, formatDuration, plural } from './format.ts'
import { shortenEnd, shortenMiddle } from './shorten.ts'
import { plainStyle, wantsColor } from './style.ts'
import { renderTable } from './table.ts'
import { textWidth } from './width.ts'
import { wrap } from './wrap.ts'

test('text is as wide as a terminal shows it', () => {
  const widths = ['abc', 'é', 'e\u0301', '日本', '👍', '👩‍👩‍👧', '🇩🇪', '1️⃣', '\u001b[1mab\u001b[22m', 'a\u00ad', ''].map(
    textWidth,
  )
  expect(widths).toEqual([3, 1, 1, 4, 2, 2, 2, 2, 2, 1, 0])
})

test('nothing in a name reaches the terminal as a command', () => {
  expect(printable('a\nb\tc\u001b[31m\u0007\u009b')).toBe('a\\nb\\tc\\e[31m\\u{7}\\u{9b}')
  expect(printable('photo\u202Egpj.exe')).toBe('photo\\u{202e}gpj.exe')
  expect(printable('lone \ud800 half')).toBe('lone \ufffd half')
  expect(printable('Grüße 日本 👍')).toBe('Grüße 日本 👍')
})

describe('shortening', () => {
  test('a path keeps its beginning and its name', () => {
    expect(shortenMiddle('/home/ann/pictures/2024/holiday/cat.jpg', 24)).toBe('/home/ann…oliday/cat.jpg')
    expect(shortenMiddle('/home/ann/a-very-long-name-of-a-file.jpg', 32)).toBe('/h…-very-long-name-of-a-file.jpg')
    expect(shortenMiddle('/short', 24)).toBe('/short')
  })

  test('wide characters are never cut in two', () => {
    expect(shortenEnd('日本語の名前', 6)).toBe('日本…')
    expect(shortenEnd('ab👩‍👩‍👧cd', 4)).toBe('ab…')
    expect(textWidth(shortenMiddle('/写真/旅行/二千二十四年/日本語の名前.jpg', 20))).toBeLessThanOrEqual(20)
  })
})

test('sizes, counts and times read as people say them', () => {
  expect([0, 999, 1000, 1_234_567, 999_999, 25_400_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '1.23 MB',
    '1 MB',
    '25.4 GB',
  ])
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
  expect([12, 400, 12_000, 200_000, 7_500_000, 90_000_000].map(formatDuration)).toEqual([
    '12 ms',
    '0.4 s',
    '12 s',
    '3 min 20 s',
    '2 h 5 min',
    '1 d 1 h',
  ])
  expect([plural(1, 'file'), plural(2, 'entry', 'entries')]).toEqual(['1 file', '2 entries'])
  const now = Date.parse('2026-03-01T12:00:00Z')
  expect(
    ['2026-03-01T11:59:58Z', '2026-03-01T11:55:00Z', '2026-03-01T09:00:00Z'].map((iso) => formatAgo(iso, now)),
  ).toEqual(['just now', '5 min ago', '3 h ago'])
})

describe('tables', () => {
  const columns = [
    { title: 'NAME', shrink: 'end', min: 6 },
    { title: 'KIND', drop: 1 },
    { title: 'SIZE', align: 'right' },
    { title: 'PATH', shrink: 'middle', min: 10 },
  ] as const
  const rows = [
    ['日本語の写真', 'image', '1.2 MB', '/home/ann/pictures/2024/日本語の写真.jpg'],
    ['notes', 'text', '90 B', '/home/ann/notes.txt'],
  ]

  test('line up, whatever is in them', () => {
    expect(renderTable({ columns, rows, width: Infinity, style: plainStyle })).toEqual([
      'NAME          KIND     SIZE  PATH',
      '日本語の写真  image  1.2 MB  /home/ann/pictures/2024/日本語の写真.jpg',
      'notes         text     90 B  /home/ann/notes.txt',
    ])
  })

  test.each([80, 60, 50, 40])('stay within %i cells', (width) => {
    const lines = renderTable({ columns, rows, width, style: plainStyle })
    expect(lines.map(textWidth).filter((used) => used > width)).toEqual([])
  })

  test('leave the least important column out before a name becomes unreadable', () => {
    expect(renderTable({ columns, rows, width: 30, style: plainStyle })[0]).toBe('NAME          SIZE  PATH')
  })
})

test('fields line up and wrap below themselves', () => {
  expect(
    renderFields(
      [
        ['Path', 'one two three four five six'],
        ['Id', null],
        ['Name', 'x'],
      ],
      { width: 26, style: plainStyle },
    ),
  ).toEqual(['Path  one two three four', '      five six', 'Name  x'])
})

test('words longer than a line are broken, the others are not', () => {
  expect(wrap('go to /a/very/long/path now', 10)).toEqual(['go to', '/a/very/lo', 'ng/path', 'now'])
  expect(wrap('  two words', 8)).toEqual(['  two', '  words'])
  expect(wrap('日本語の写真', 5)).toEqual(['日本', '語の', '写真'])
  expect(wrap('👩‍👩‍👧日', 1)).toEqual(['👩‍👩‍👧', '日'])
  expect(wrap('', 5)).toEqual([''])
})

function ask(isTTY: boolean, env: Record<string, string>, color = true): boolean {
  return wantsColor({ isTTY, color, env })
}

test('colour follows --no-color, then NO_COLOR, then FORCE_COLOR, then the terminal', () => {
  expect([ask(true, {}), ask(false, {}), ask(true, { TERM: 'dumb' })]).toEqual([true, false, false])
  expect([ask(true, { NO_COLOR: '1' }), ask(false, { FORCE_COLOR: '1' }), ask(true, { FORCE_COLOR: '0' })]).toEqual([
    false,
    true,
    false,
  ])
  expect([ask(false, { NO_COLOR: '1', FORCE_COLOR: '1' }), ask(false, { FORCE_COLOR: '1' }, false)]).toEqual([
    false,
    false,
  ])
})
