import { spawn } from 'node:child_process'
import { systemCode } from '@spacedrive/core/errors'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { openSession } from '../session.ts'

/** Opens the explorer in a browser, signed in; where there is none, or with --print, says the link instead. */
export async function open(values: Values, context: CliContext): Promise<number> {
  const { env, globals, io } = context
  using session = await openSession(context)
  const to = typeof values.to === 'string' ? pageOf(values.to) : '/'
  const { expiresAt, url } = await session.action('explorer.link', { to })
  const wanted = values.print !== true && hasBrowser(env)
  const opened = wanted && (await openInBrowser(url))
  if (globals.json || globals.jsonl) io.printJson({ url, expiresAt, opened })
  else if (opened) io.print(`Opened ${new URL('/', url).href} in your browser.`)
  else {
    if (wanted) io.note('No browser could be opened.')
    io.print(url)
    io.note('Open it in a browser on this machine; it signs in once, within two minutes.')
  }
  return exitCodes.ok
}

/** Of a folder of a paired device, where it is shown; all else is a page by its own path. */
function pageOf(to: string): string {
  return to.startsWith('local://') ? `/browse?${new URLSearchParams({ path: to })}` : to
}

/** Over SSH, or without a screen, a browser would open where nobody sits. */
function hasBrowser(env: NodeJS.ProcessEnv): boolean {
  if (env.SSH_CONNECTION !== undefined) return false
  if (process.platform === 'win32' || process.platform === 'darwin') return true
  return env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined
}

/** How long the system's opener may take until it is taken to have worked: some stay as long as the browser. */
const OPENER_MS = 3_000

/** The link is in the opener's arguments for a moment; whoever reads it there comes second. */
async function openInBrowser(url: string): Promise<boolean> {
  const [command, ...args] = opener()
  const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' })
  const done = new Promise<boolean>((resolve, reject) => {
    child.once('error', (err) => (systemCode(err) === 'ENOENT' ? resolve(false) : reject(err)))
    child.once('exit', (code) => resolve(code === 0))
    setTimeout(() => resolve(true), OPENER_MS).unref()
  })
  child.unref()
  return done
}

/** None is a shell. */
function opener(): readonly [string, ...string[]] {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return ['xdg-open']
}
