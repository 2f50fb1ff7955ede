import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { redact } from './redact.ts'
import { tar } from './tar.ts'

test('tar reads what was written', () => {
  const archive = tar(
    [
      { name: 'a.txt', content: 'hello' },
      { name: 'log/b.txt', content: 'x'.repeat(1000) },
    ],
    new Date(0),
  )
  expect(execFileSync('tar', ['-tvf', '-', '--utc', '--numeric-owner'], { input: archive, encoding: 'utf8' })).toBe(
    '-rw------- 0/0               5 1970-01-01 00:00 a.txt\n-rw------- 0/0            1000 1970-01-01 00:00 log/b.txt\n',
  )
  expect(execFileSync('tar', ['-xOf', '-', 'a.txt'], { input: archive, encoding: 'utf8' })).toBe('hello')
})

test('a bug report says nothing of whose files they are', () => {
  const text =
    '{"path":"/home/ann/Secret plans/a.txt","host":"ann-laptop","other":"/media/usb/Diary.txt","program":"/usr/bin/node"}'
  expect(redact(text, { home: '/home/ann', names: ['ann-laptop', 'ann'] })).toBe(
    '{"path":"~/…","host":"<name>","other":"/media/…","program":"/usr/bin/node"}',
  )
})
