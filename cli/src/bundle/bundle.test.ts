import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { packBundle } from './pack-bundle.ts'
import { redact } from './redact.ts'

test('tar reads a bundle', async () => {
  const archive = await packBundle({ 'a.json': '{"name":"ü"}', 'daemon.log': 'x'.repeat(1000) }, new Date(0))
  expect(execFileSync('tar', ['-tzvf', '-', '--utc', '--numeric-owner'], { input: archive, encoding: 'utf8' })).toBe(
    '-rw------- 0/0              13 1970-01-01 00:00 a.json\n-rw------- 0/0            1000 1970-01-01 00:00 daemon.log\n',
  )
  expect(execFileSync('tar', ['-xzOf', '-', 'a.json'], { input: archive, encoding: 'utf8' })).toBe('{"name":"ü"}')
})

test('a bug report says nothing of whose files they are', () => {
  const text =
    '{"path":"/home/ann/Secret plans/a.txt","host":"ann-laptop","other":"/media/usb/Diary.txt","program":"/usr/bin/node"}'
  expect(redact(text, { home: '/home/ann', names: ['ann-laptop', 'ann'] })).toBe(
    '{"path":"~/…","host":"<name>","other":"/media/…","program":"/usr/bin/node"}',
  )
})
