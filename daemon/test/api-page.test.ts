import { expect, test } from 'vitest'
import { startTestHttp } from './test-http.ts'

test('the reference is three files of ours that load nothing from elsewhere and run nothing inline', async () => {
  await using http = await startTestHttp()
  const page = await http.raw('/api')
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
  expect(loaded.toSorted()).toEqual(['/api/reference.css', '/api/reference.js', '/openapi.json', '/openapi.json'])
  expect(page.body).not.toMatch(/<style|<script(?![^>]*src=)|\son\w+=/)
  for (const address of ['/api/reference.css', '/api/reference.js']) {
    const file = await http.raw(address)
    expect([file.status, file.headers['x-content-type-options']]).toEqual([200, 'nosniff'])
    expect(file.body).not.toMatch(/innerHTML|https?:\/\//)
    const known = await http.raw(address, { headers: { 'if-none-match': String(file.headers['etag']) } })
    expect([known.status, known.body]).toEqual([304, ''])
  }
  // What it shows is for those who are signed in.
  expect((await http.raw('/openapi.json')).status).toBe(401)
  expect((await http.raw('/api/v1/system/status')).status).toBe(401)
  expect((await http.raw('/api/..%2fhttp-token')).status).not.toBe(200)
})
