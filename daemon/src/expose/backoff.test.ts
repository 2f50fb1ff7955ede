import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { AuditLog } from '../http/audit-log.ts'
import { Sessions } from '../http/sessions.ts'
import { Backoff } from './backoff.ts'
import { Login } from './login.ts'
import { hashPassphrase } from './passphrase.ts'

const PASSPHRASE = 'correct horse battery'
/** These tests are about the pace of attempts, not about the cost of one. */
const CHEAP = 4

test('each failure after the free ones costs twice as much, up to a limit, until it is forgotten', () => {
  let now = 0
  const backoff = new Backoff({ free: 2, firstMs: 100, longestMs: 350, forgetMs: 1_000 }, () => now)
  const waits: number[] = []
  for (let count = 0; count < 6; count++) {
    waits.push(backoff.waitMs('a'))
    backoff.failed('a')
  }
  expect(waits).toEqual([0, 0, 100, 200, 350, 350])
  expect(backoff.waitMs('b')).toBe(0)
  now = 300
  expect(backoff.waitMs('a')).toBe(50)
  now = 1_000
  expect(backoff.waitMs('a')).toBe(0)
  backoff.failed('a')
  backoff.succeeded('a')
  expect(backoff.waitMs('a')).toBe(0)
})

/** Signs in at a moment that does not pass; `folder` keeps the sessions. */
async function loginIn(folder: string) {
  const passphrase = await hashPassphrase(PASSPHRASE, CHEAP)
  const limits = { linkMs: 0, links: 0, sessionMs: 1, sessions: 2 }
  const now = () => 0
  const sessions = new Sessions({ file: join(folder, 'sessions.json'), limits: limits as never, now })
  const login = new Login({ passphrase, sessions, now, audit: new AuditLog({ file: join(folder, 'audit'), now }) })
  return (address: string, given = 'wrong') =>
    login.attempt(given, { address, browser: 'test' }).then(
      () => 303,
      ({ status }: { status: number }) => status,
    )
}

test('addresses of one network are one, and many networks of one customer wait together', async () => {
  using folder = createTempDir('login')
  const attempt = await loginIn(folder.path)
  for (let at = 0; at < 3; at++) expect(await attempt(`2001:db8:1:2::${at}`)).toBe(401)
  expect(await attempt('2001:db8:1:2::ffff')).toBe(429)
  // However it is shortened.
  for (let at = 1; at < 4; at++) expect(await attempt(`2001:db8::${at}:1:1:1`)).toBe(401)
  expect(await attempt('2001:db8::9:1:1:1')).toBe(429)
  for (let at = 0; at < 27; at++) expect(await attempt(`2001:db8:1:${at + 16}::1`)).toBe(401)
  expect(await attempt('2001:db8:1:fff::1', PASSPHRASE)).toBe(429)
  expect(await attempt('2001:db8:2:1::1')).toBe(401)
})

test('whoever fails at many addresses keeps nobody else out', async () => {
  using folder = createTempDir('login')
  const attempt = await loginIn(folder.path)
  for (let at = 0; at < 40; at++) expect(await attempt(`::ffff:192.0.2.${at}`)).toBe(401)
  expect(await attempt('198.51.100.1', PASSPHRASE)).toBe(303)
  expect(await attempt('192.0.2.200', PASSPHRASE)).toBe(303)
})

test('no more keys are counted than fit, the oldest gives way', () => {
  const backoff = new Backoff({ free: 1, firstMs: 100, longestMs: 100, forgetMs: 1_000 }, () => 0)
  for (let at = 0; at < 10_000; at++) backoff.failed(`key ${at}`)
  expect([backoff.waitMs('key 0'), backoff.waitMs('key 9999')]).toEqual([100, 100])
  backoff.failed('one more')
  expect([backoff.waitMs('key 0'), backoff.waitMs('key 1'), backoff.waitMs('one more')]).toEqual([0, 100, 100])
})
