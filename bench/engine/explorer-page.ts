import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from '@playwright/test'
import { newPage } from './browser.ts'

/** The link that `open` opens in a browser. `command` is the path of the program. */
export async function signInLink(command: string, dataDir: string, to: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    command,
    'open',
    to,
    '--print',
    '--data-dir',
    dataDir,
  ])
  return stdout.trim()
}

/** A page of a browser that is signed in and has loaded nothing of the explorer. */
export async function signedInPage(
  browser: Browser,
  { command, dataDir }: { readonly command: string; readonly dataDir: string },
): Promise<Page & AsyncDisposable & { readonly origin: string }> {
  const page = await newPage(browser)
  const url = await signInLink(command, dataDir, '/health')
  await page.goto(url)
  // The page of the link goes on by itself.
  await page.waitForURL(({ pathname }) => pathname === '/health')
  return Object.assign(page, { origin: new URL(url).origin })
}

/** The page may have to be built first. */
const BUILD_MS = 280_000

/** Opens the explorer once, so that it is built before anything is measured. */
export async function buildPage(browser: Browser, of: { readonly command: string; readonly dataDir: string }) {
  await using page = await newPage(browser)
  await page.goto(await signInLink(of.command, of.dataDir, '/'))
  await page.locator('main').waitFor({ timeout: BUILD_MS })
}

/** The address of a folder below the origin of the pages. */
export function folderAddress(path: string, view: 'list' | 'grid' | 'columns'): string {
  return `/browse?${new URLSearchParams({ path, view }).toString()}`
}

/** Selector of the name in a row. */
export const rowAt = (row: number) => `[data-row="${row}"] bdi`
