import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { homeFolder } from '@spacedrive/core/home-folder'

/**
 * The folder for a page that leads to a link, which is opened in place of the link: on Linux and macOS every user can
 * read the arguments of every program. Null on Windows, where only this user and administrators can.
 */
export async function folderForPage({ runDir }: { runDir: string }): Promise<string | null> {
  if (process.platform === 'win32') return null
  return (await snapFolder()) ?? runDir
}

/** Where snapd keeps the folders of snaps, in the home folder. */
const SNAPS = ['snap', join('.snap', 'data')]
/** How long `xdg-mime` may take. */
const MIME_MS = 2_000

/**
 * The folder of the browser, if it is a snap: snaps can read no hidden folder of the home folder, such as `.local`. Null
 * for every other browser. A browser from Flatpak is given the page itself by `xdg-open`, wherever the page is.
 */
async function snapFolder(): Promise<string | null> {
  const home = homeFolder()
  const roots = SNAPS.map((name) => join(home, name)).filter((folder) => existsSync(folder))
  if (process.platform !== 'linux' || roots.length === 0) return null
  const asked = promisify(execFile)('xdg-mime', ['query', 'default', 'text/html'], { timeout: MIME_MS })
  // Without it nothing says that the browser is a snap.
  const { stdout } = await asked.catch(() => ({ stdout: '' }))
  // `firefox_firefox.desktop`: the snap and its program; `firefox_dev_firefox.desktop`: a second installation of it.
  const [snap = '', ...rest] = stdout.trim().split('_')
  if (!/^[a-z\d-]+$/.test(snap) || rest.length === 0) return null
  const names = rest.length > 1 ? [`${snap}_${rest[0]}`, snap] : [snap]
  const folders = names.flatMap((name) => roots.map((root) => join(root, name, 'common')))
  return folders.find((folder) => existsSync(folder)) ?? null
}
