import { spawn } from 'node:child_process'
import { CoreError, systemCode } from './errors.ts'

/**
 * If the opener has not failed after this long, it counts as successful. Some openers run as long as the application.
 */
const OPENER_MS = 3_000

/**
 * Whether this user has a screen on which an application can appear. Over SSH, the user would not see the application.
 */
export function hasDesktop(env: NodeJS.ProcessEnv): boolean {
  if (env['SSH_CONNECTION'] !== undefined) return false
  if (process.platform === 'win32' || process.platform === 'darwin') return true
  return env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined
}

/**
 * Opens a file or an address with the system's application for it. Returns the name of the opener. Throws
 * `Unavailable`, with the reason, if there is no opener or no application, or if the opener fails.
 */
export async function openWithSystem(target: string): Promise<string> {
  const [command, ...args] = opener()
  const child = spawn(command, [...args, target], { detached: true, stdio: 'ignore' })
  const problem = await new Promise<string | null>((resolve) => {
    const late = setTimeout(() => resolve(null), OPENER_MS)
    child.once('error', (err) =>
      resolve(
        systemCode(err) === 'ENOENT' ? `${command} is not installed` : `${command} cannot be started: ${err.message}`,
      ),
    )
    child.once('exit', (code, signal) => {
      resolve(
        code === 0 ? null : `${command} found no application for it, or the application failed (${code ?? signal})`,
      )
    })
    child.once('close', () => clearTimeout(late))
    late.unref()
  })
  child.unref()
  if (problem !== null) throw new CoreError('Unavailable', `${target} cannot be opened: ${problem}`)
  return [command, ...args].join(' ')
}

/** The system's opener. It must not be a shell, which could run commands that are in a file's name. */
function opener(): readonly [string, ...string[]] {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return ['xdg-open']
}
