import { execFile } from 'node:child_process'
import { isBuiltin } from 'node:module'
import { errorMessage } from '../../util/errors.ts'
import { findProgram } from '../../util/find-program.ts'
import { Deadline } from '../deadline.ts'
import { processorTimes } from '../processor-times.ts'
import { boxArgs, boxStart } from './box.ts'
import { bwrapArgs } from './bwrap.ts'
import { knowsProcessor } from './filter.ts'
import { VERSION_VARIABLE } from './variables.ts'

/** The layer that confines decoder processes on this system. */
export type BoxState =
  /** `version` is the version of Landlock, on which the extent of the protection depends. */
  | { readonly layer: 'landlock'; readonly version: number }
  /** `reason` is why Landlock and seccomp are not used. */
  | { readonly layer: 'bwrap'; readonly program: string; readonly reason: string }
  | NoBox

interface NoBox {
  readonly layer: null
  readonly reason: string
  /** The step that the user can take; null if nothing helps. */
  readonly fix: string | null
}

/**
 * Limit on the processor time for starting Node in a layer, in milliseconds; it usually takes about 100. A clock would
 * let a busy machine leave all decoders without a box.
 */
const START_MS = 20_000

const NOTHING = { read: [], write: [], network: false }

let detecting: Promise<BoxState> | undefined

/** Returns the layer that works here. The first call starts a process in it; later calls get the same answer. */
export function boxState(): Promise<BoxState> {
  return (detecting ??= detectBox())
}

/** Finds a layer that works. Landlock is tried first, because it costs less and needs no package. */
export async function detectBox(): Promise<BoxState> {
  const byLandlock = await tryLandlock()
  if (byLandlock.layer !== null || process.platform !== 'linux') return byLandlock
  const byBwrap = await tryBwrap(byLandlock.reason)
  if (byBwrap.layer !== null) return byBwrap
  return { layer: null, reason: `${byLandlock.reason}; ${byBwrap.reason}`, fix: byBwrap.fix }
}

async function tryLandlock(): Promise<BoxState> {
  const missing = (reason: string): NoBox => ({ layer: null, reason, fix: null })
  if (process.platform !== 'linux') return missing('Spacedrive closes decoders on Linux only')
  if (!isBuiltin('node:ffi') || process.execve === undefined) return missing('Landlock needs Node.js 26.1 or later')
  if (!knowsProcessor()) return missing(`the system calls of ${process.arch} are not known, so seccomp cannot be used`)
  const started = await tryStart(process.execPath, boxArgs(boxStart(NOTHING, [])))
  if ('failure' in started) return missing(`Landlock and seccomp failed (${started.failure})`)
  return { layer: 'landlock', version: Number(started.printed) }
}

/** Tries bubblewrap. `reason` is why the previous layer does not work. */
export async function tryBwrap(reason: string): Promise<BoxState> {
  const program = findProgram('bwrap')
  if (program === null) return { layer: null, reason: 'bwrap is not installed', fix: 'install bubblewrap' }
  const args = bwrapArgs(boxStart(NOTHING, []))
  const started = await tryStart(program, [...args.map((arg) => Buffer.from(arg).toString()), process.execPath])
  if ('printed' in started) return { layer: 'bwrap', program, reason }
  const fix =
    'allow unprivileged user namespaces (sysctl user.max_user_namespaces, or AppArmor), or boot Linux 5.13 or later with landlock in its lsm= setting'
  return { layer: null, reason: `bwrap failed (${started.failure})`, fix }
}

/** The program for the test: it prints the version of Landlock that confines the process. */
const LOOK = `process.stdout.write(process.env.${VERSION_VARIABLE} ?? '')`

/** Starts Node in a layer. */
async function tryStart(program: string, args: readonly string[]): Promise<{ printed: string } | { failure: string }> {
  const { promise, resolve } = Promise.withResolvers<{ printed: string } | { failure: string }>()
  const child = execFile(program, [...args, '--eval', LOOK], (err, printed, stderr) => {
    if (!err) return resolve({ printed })
    const failure = /^(?:Error|bwrap): (.*)$/m.exec(stderr)?.[1] ?? errorMessage(err).split('\n')[0]!
    resolve({ failure })
  })
  using _deadline = new Deadline(START_MS, {
    onExpired: () => child.kill('SIGKILL'),
    times: () => processorTimes(child.pid),
  })
  return await promise
}
