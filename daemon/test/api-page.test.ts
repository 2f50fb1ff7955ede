import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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

test('no page recommends a secret among the arguments of a program', async () => {
  await using http = await startTestHttp()
  const { body } = await http.raw('/api/reference.js')
  expect(body).toContain('curl ${socket}')
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
  expect(documents.length).toBeGreaterThan(20)
  for (const name of [...documents, 'README.md', 'CONTRIBUTING.md']) {
    // With `-H @file`, the program reads the header from a file itself.
    const said = [...readFileSync(join(root, name), 'utf8').matchAll(/(?:-H|--header)[ =]["']?Authorization.*/gi)]
    expect([name, said.map(String)]).toEqual([name, []])
  }
  expect(body).not.toMatch(/Authorization: Bearer/)
})
