import { expect, test } from 'vitest'
import { Sessions } from '../http/sessions.ts'
import { Backoff } from './backoff.ts'
import { Login } from './login.ts'
import { hashPassphrase } from './passphrase.ts'

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

test('one who has many addresses waits as well, and all addresses that begin alike are one', async () => {
  const now = () => 0
  const passphrase = await hashPassphrase('correct horse battery')
  const limits = { linkMs: 0, links: 0, sessionMs: 1, sessions: 1 }
  const sessions = new Sessions({ file: '/nowhere/sessions.json', limits: limits as never, now })
  const login = new Login({ passphrase, sessions, now })
  const codeOf = (address: string) => login.attempt('wrong', address).catch(({ status }: { status: number }) => status)
  for (let at = 0; at < 3; at++) expect(await codeOf(`2001:db8:1:2::${at}`)).toBe(401)
  expect(await codeOf('2001:db8:1:2::ffff')).toBe(429)
  // However it is shortened.
  for (let at = 1; at < 4; at++) expect(await codeOf(`2001:db8::${at}:1:1:1`)).toBe(401)
  expect(await codeOf('2001:db8::9:1:1:1')).toBe(429)
  for (let at = 0; at < 24; at++) expect(await codeOf(`::ffff:192.0.2.${at}`)).toBe(401)
  expect(await codeOf('198.51.100.1')).toBe(429)
})
