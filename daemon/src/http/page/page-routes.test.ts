import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '@spacedrive/core'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { pageRoutes } from './page-routes.ts'
import { type PageState, WebPage } from './web-page.ts'

test('while the page is built its user is told at once, and a page that reloads by itself waits for the build', async () => {
  const built = Promise.withResolvers<PageState>()
  const building = { kind: 'building', files: null } as const
  const routes = pageRoutes({ state: async () => building, settled: () => built.promise }, () => null)
  const statusOf = async (headers: Record<string, string>) => (await routes.request('/', { headers })).status

  expect(await statusOf({})).toBe(503)
  expect(await statusOf({ 'sec-fetch-mode': 'navigate', 'sec-fetch-user': '?1' })).toBe(503)
  const reload = statusOf({ 'sec-fetch-mode': 'navigate' })
  expect(await Promise.race([reload, Promise.resolve('waits')])).toBe('waits')
  built.resolve({ kind: 'failed', files: null, reason: 'no such module' })
  expect(await reload).toBe(500)
})

test('the state of a page that is being built can be had at once, or when the build has ended', async () => {
  using temp = createTempDir('page')
  mkdirSync(join(temp.path, 'src'))
  writeFileSync(join(temp.path, 'package.json'), '{}')
  using page = new WebPage({ folder: temp.path, log: silentLogger })
  expect(await page.state()).toMatchObject({ kind: 'building' })
  expect(await page.settled(0)).toMatchObject({ kind: 'building' })
  expect(await page.settled(200_000)).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/./) })
})
