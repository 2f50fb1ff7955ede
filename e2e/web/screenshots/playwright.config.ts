import config from '../playwright.config.ts'

/** `npm run screenshots`: pictures of every view, into `docs/screenshots`, to be looked at by eye. */
export default {
  ...config,
  testDir: '.',
  testMatch: 'views.ts',
  timeout: 900_000,
  // Everything is made of real photos, scans and recordings first.
  expect: { timeout: 600_000 },
}
