import { instancePaths } from '@spacedrive/client/node'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { folderForPage, hasBrowser, openInBrowser } from '../open-in-browser.ts'
import { instanceOf, openSession } from '../session.ts'

/** Opens the explorer in a browser, signed in; where there is none, or with --print, says the link instead. */
export async function open(values: Values, context: CliContext): Promise<number> {
  const { env, globals, io } = context
  using session = await openSession(context)
  const to = typeof values.to === 'string' ? pageOf(values.to) : '/'
  const wanted = values.print !== true && hasBrowser(env)
  const folder = wanted ? await folderForPage(instancePaths(instanceOf(context))) : null
  const { expiresAt, page, url } = await session.action('explorer.link', folder === null ? { to } : { to, folder })
  const opened = wanted && (await openInBrowser(page ?? url))
  if (globals.json || globals.jsonl) io.printJson({ url, expiresAt, opened })
  else if (opened) {
    io.print(`Opened ${new URL('/', url).href} in your browser.`)
    io.note('If it does not show the explorer, run `spacedrive open --print` and open the link that it prints.')
  } else {
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
