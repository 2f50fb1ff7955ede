import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect, test } from './fixtures.ts'

test('the settings list the sessions and can end them', async ({ browser, daemon, page }) => {
  const other = await (await browser.newContext()).newPage()
  await daemon.open(other, '/jobs')
  await daemon.open(page, '/settings')
  const section = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Who is signed in' }) })
  await expect(section.getByText('This machine').first()).toBeVisible()
  // A key for a program, which may look and change jobs.
  await section.getByPlaceholder('What the key is for').fill('photo frame')
  await section.getByLabel('change locations and jobs').check()
  await section.getByRole('button', { name: 'Make a key' }).click()
  const key = section.getByRole('status').locator('code')
  await expect(key).toHaveText(/^sdk_[\w-]{43}$/)
  await expect(section.getByRole('button', { name: 'End: photo frame' })).toBeVisible()
  const ask = async (name: string, bearer: string) => {
    const headers = { authorization: `Bearer ${bearer}` }
    return (await fetch(`${daemon.origin}/api/v1/${name}`, { headers })).status
  }
  const secret = await key.innerText()
  expect([await ask('libraries/list', secret), await ask('sessions/list', secret)]).toEqual([200, 403])
  const folder = process.env['SPACEDRIVE_SHOTS']
  if (folder) await page.screenshot({ path: `${folder}/settings.png`, fullPage: true })
  await section.getByRole('button', { name: 'End: photo frame' }).click()
  await expect(section.getByRole('button', { name: 'End: photo frame' })).toBeHidden()
  expect(await ask('libraries/list', secret)).toBe(401)
  // The session of the other browser, by its age the one after ours or before it: both are this machine's.
  const sessions = await daemon.call<{ id: string; kind: string }[]>('sessions.list')
  for (const { id } of sessions) await daemon.call('sessions.end', { id })
  for (const each of [page, other])
    await expect(each.getByRole('heading', { name: 'This browser is not signed in' })).toBeVisible()
  await other.context().close()
})

test('text becomes no markup and no script in the page, whatever it is handed to', async ({ daemon, page }) => {
  await daemon.open(page, '/jobs')
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  const outcomes = await page.evaluate(() => {
    const { document, Worker } = globalThis as unknown as {
      document: { createElement(name: string): Record<string, unknown> }
      Worker: new (url: string) => unknown
    }
    const attempt = (what: () => unknown) => {
      try {
        what()
        return 'done'
      } catch (err) {
        return (err as Error).name
      }
    }
    return {
      markup: attempt(() => (document.createElement('div')['innerHTML'] = '<img src=x onerror=alert(1)>')),
      script: attempt(() => (document.createElement('script')['src'] = 'https://example.com/x.js')),
      inline: attempt(() => (document.createElement('script')['text'] = 'alert(1)')),
      worker: attempt(() => new Worker('/media/file/x.js?path=/x.js')),
    }
  })
  expect(outcomes).toEqual({ markup: 'TypeError', script: 'TypeError', inline: 'TypeError', worker: 'TypeError' })
})

test('a page on the disk leads a browser to the link, and is gone when the browser is signed in', async ({
  daemon,
  page,
}) => {
  const folder = daemon.folder('pages')
  const link = await daemon.call<{ page: string }>('explorer.link', { to: '/jobs', folder: folder.path })
  await page.goto(pathToFileURL(link.page).href)
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  expect(existsSync(link.page)).toBe(false)
  // It cannot be had a second time.
  const other = await (await page.context().browser()!.newContext()).newPage()
  const used = await daemon.call<{ url: string; page: string }>('explorer.link', { folder: folder.path })
  await other.goto(used.url)
  await expect(other).not.toHaveURL(/session/)
  await other.goto(used.url)
  await expect(other.getByRole('heading', { name: 'This link does not sign in' })).toBeVisible()
  await other.context().close()
})
