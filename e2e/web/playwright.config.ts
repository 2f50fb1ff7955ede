import { existsSync, mkdtempSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'

// As for the other tests: each daemon finds its own sources compiled.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url))

/** Tests of the explorer in a browser, each worker with a daemon of its own on real files. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: resultsFolder(),
  reporter: 'list',
  // Each has a browser and a daemon of its own, and the tests are shared out one by one. Two leave almost half of two cores
  // idle.
  workers: 3,
  fullyParallel: true,
  timeout: 240_000,
  expect: { timeout: 45_000 },
  use: {
    // What is not there is not waited for until the test ends.
    actionTimeout: 45_000,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Recording costs time with every step; `--trace=on` where one test is to be understood.
    trace: 'on-first-retry',
    launchOptions: { executablePath: installedChromium(), args: ['--no-sandbox'] },
  },
})

/** One for each run, so that two at a time do not clear each other's; its workers inherit it. */
function resultsFolder(): string {
  return (process.env['SPACEDRIVE_WEB_RESULTS'] ??= mkdtempSync(join(tmpdir(), 'spacedrive-web-tests-')))
}

/**
 * The browser of the system: none is downloaded. The one without a window is preferred, because these tests need little
 * more than half of the processor time there.
 */
function installedChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'chrome.exe']
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
  if (!found) {
    throw new Error(
      'install Chromium (Debian: apt-get install chromium-headless-shell) to run the tests of the explorer',
    )
  }
  return found
}
