import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Page } from '@playwright/test'
import { expect, test as base, TestDaemon } from './fixtures.ts'

/** A daemon of its own for each test: it is stopped. */
const test = base.extend<{ own: TestDaemon }>({
  // oxlint-disable-next-line no-empty-pattern
  own: async ({}, use) => {
    await using daemon = await TestDaemon.start()
    await use(daemon)
  },
})

/** At the usual address, and leads nowhere. */
const STAYS = '/away-lead.js'

const isWorking = (page: Page) =>
  expect
    .poll(() =>
      page
        .evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state ?? 'none')
        .catch(() => ''),
    )
    .toBe('activated')

/** Visits the usual address, which leads to the pages, and waits for what it leaves in the browser. */
async function visit(own: TestDaemon, page: Page): Promise<void> {
  await page.goto(`${own.origin}/settings`)
  await page.waitForURL(`${await own.pageOrigin()}/settings`)
  const other = await page.context().newPage()
  await other.goto(`${own.origin}${STAYS}`)
  await isWorking(other)
  await other.close()
}

for (const { locale, title } of [
  { locale: 'en-GB', title: 'Spacedrive is not running' },
  { locale: 'de-DE', title: 'Spacedrive läuft nicht' },
])
  test.describe(locale, () => {
    test.use({ locale })

    test('a page that is opened while the daemon is away says how to start it, and goes on by itself', async ({
      own,
      page,
    }) => {
      await own.call('explorer.link', { program: 'npx spacedrive' })
      await own.open(page, '/jobs')
      await visit(own, page)
      await own.stop()
      await page.goto(`${own.origin}/settings`)
      await expect(page.getByRole('heading', { name: title })).toBeVisible()
      await expect(page.getByText('npx spacedrive open', { exact: true })).toBeVisible()
      await own.startAgain()
      await page.waitForURL(`${await own.pageOrigin()}/settings`)
      await expect(page.getByRole('searchbox', { name: /settings|Einstellungen/ })).toBeVisible()
    })
  })

test('the pages have no service worker, and nothing of them is kept for the usual address', async ({ own, page }) => {
  await own.open(page, '/jobs')
  await visit(own, page)
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0)
  await page.goto(`${own.origin}${STAYS}`)
  expect(await page.evaluate(() => caches.keys())).toEqual([])
})

test('another program at the usual address is shown as it is, and the worker leaves it', async ({ own, page }) => {
  await visit(own, page)
  await own.stop()
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<h1>Another program</h1>')
  })
  server.listen(Number(new URL(own.origin).port), '127.0.0.1')
  await once(server, 'listening')
  try {
    await page.goto(own.origin)
    await expect(page.getByRole('heading', { name: 'Another program' })).toBeVisible()
    await expect
      .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length))
      .toBe(0)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  // When that program ends, the browser says so itself.
  await expect(page.goto(own.origin)).rejects.toThrow(/ERR_CONNECTION_REFUSED/)
})
