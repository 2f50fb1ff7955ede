import { instancePaths } from '@spacedrive/client/node'
import { errorMessage } from '@spacedrive/core/errors'
import { hasDesktop, openWithSystem } from '@spacedrive/core/system-opener'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { folderForPage } from '../open-in-browser.ts'
import { takenPortSentence } from '../render/taken-port.ts'
import { instanceOf, openSession, requireDataFolder, type Session } from '../session.ts'

/** Opens the explorer in a browser, signed in; where there is none, or with --print, says the link instead. */
export async function open(values: Values, context: CliContext): Promise<number> {
  const { env, globals, io } = context
  requireDataFolder(context)
  using session = await openSession(context)
  const to = typeof values.to === 'string' ? pageOf(values.to) : '/'
  const wanted = values.print !== true && hasDesktop(env)
  const folder = wanted ? await folderForPage(instancePaths(instanceOf(context))) : null
  const { expiresAt, page, problem, url } = await linkTo(session, to, folder)
  const failure = problem ?? (wanted ? await failureToOpen(page ?? url) : null)
  const opened = wanted && failure === null
  const taken = takenPortSentence(await session.query('system.status', {}))
  if (taken !== null && !globals.json && !globals.jsonl) io.note(taken)
  if (globals.json || globals.jsonl) io.printJson({ url, expiresAt, opened })
  else if (opened) {
    io.print(`Opened ${new URL('/', url).href} in your browser.`)
    io.note('If it does not show the explorer, run `spacedrive open --print` and open the link that it prints.')
  } else {
    if (failure !== null) io.note(`No browser was opened: ${failure}.`)
    io.print(url)
    io.note('Open it in a browser on this machine; it signs in once, within two minutes.')
  }
  return exitCodes.ok
}

/** A link, with a page in the folder; `problem`: why the page could not be written. */
async function linkTo(session: Session, to: string, folder: string | null) {
  const { program } = session.context.io
  if (folder === null) return { ...(await session.action('explorer.link', { to, program })), problem: null }
  try {
    return { ...(await session.action('explorer.link', { to, folder, program })), problem: null }
  } catch (err) {
    // No program is given this link: other users would see it in the arguments.
    return { ...(await session.action('explorer.link', { to, program })), problem: errorMessage(err) }
  }
}

/** The reason why no browser could be opened; null if one was opened. */
async function failureToOpen(target: string): Promise<string | null> {
  try {
    await openWithSystem(target)
    return null
  } catch (err) {
    return errorMessage(err)
  }
}

/** The path of the page to open: the browse page for an address of a folder, else `to` itself. */
function pageOf(to: string): string {
  return to.startsWith('local://') ? `/browse?${new URLSearchParams({ path: to })}` : to
}
