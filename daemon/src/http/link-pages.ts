import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Pages of this kind, and no other files, are removed from a folder. */
const NAME = /^spacedrive-open-[\w-]{12}\.html$/
const NAME_BYTES = 9

/**
 * Writes a page for this user alone that leads a browser to a link, and returns its path. Every user of the machine can
 * read the arguments of the program that opens a browser, so that program is given this page and not the link.
 */
export function writeLinkPage(folder: string, url: string): string {
  const path = join(folder, `spacedrive-open-${randomBytes(NAME_BYTES).toString('base64url')}.html`)
  writeFileSync(path, pageOf(url), { flag: 'wx', mode: 0o600 })
  return path
}

/** Never throws: an error would not help the user who signs in by the link. */
export function removeLinkPage(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // The next page in the folder removes it.
  }
}

/** Removes pages that are older than this, in milliseconds: a daemon that was killed leaves them. */
export function removeLinkPages(folder: string, ageMs: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const stats = NAME.test(name) ? statSync(path, { throwIfNoEntry: false }) : undefined
    if (stats && Date.now() - stats.mtimeMs >= ageMs) rmSync(path, { force: true })
  }
}

/** `url` is an address of ours: no character in it has a meaning in HTML. */
function pageOf(url: string): string {
  const head = [
    '<meta charset="utf-8">',
    '<meta http-equiv="content-security-policy" content="default-src \'none\'">',
    '<meta name="referrer" content="no-referrer">',
    `<meta http-equiv="refresh" content="0; url=${url}">`,
    '<title>Spacedrive</title>',
  ].join('')
  return `<!doctype html><html lang="en"><head>${head}</head><body><p><a href="${url}">Open Spacedrive</a></p></body></html>\n`
}
