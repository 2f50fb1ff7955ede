import { request } from '@playwright/test'
import { expect, test } from './fixtures.ts'

test('what the daemon shows where the page is not there is German too', async ({ daemon }) => {
  const context = await request.newContext({
    baseURL: daemon.origin,
    extraHTTPHeaders: { accept: 'text/html', 'accept-language': 'de-AT,de;q=0.9,en;q=0.8' },
  })
  const answer = await context.get('/session/no-such-link')
  expect(await answer.text()).toContain('Dieser Link meldet nicht an')
  await context.dispose()
})
