import { readdir, readFile, statfs } from 'node:fs/promises'
import type { DeviceManager } from '../device/index.ts'
import type { LibraryManager } from '../library/index.ts'
import type { Network } from '../network/index.ts'
import { detectEngines, type Generator, isUsable } from '../sidecars/index.ts'
import { type ErrorCode, errorMessage } from '../util/errors.ts'
import { shellWord } from '../util/shell-word.ts'
import { type BoxState, boxState, CLOSES_SIGNALS } from '../workers/index.ts'

export interface DoctorDeps {
  readonly dataDir: string
  readonly device: Pick<DeviceManager, 'copiedFrom' | 'info'>
  readonly network: Pick<Network, 'notices' | 'status'>
  readonly libraries: Libraries
  readonly generators: () => readonly Generator[]
  /** Failures that no code has handled, newest first. */
  readonly failures: () => readonly UnexpectedFailure[]
}

type Libraries = Pick<LibraryManager, 'check' | 'failed' | 'opened'>

/** A failure that ended only one operation. */
export interface UnexpectedFailure {
  /** ISO 8601. */
  readonly at: string
  readonly operation: string
  readonly message: string
}

export interface DoctorCheck {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly detail: string
  readonly fix: string | null
}

export interface DoctorEngine {
  /** The task of the thread, in a few words. */
  readonly job: string
  readonly name: string
  readonly version: string | null
  readonly available: boolean
  readonly licence: string
  readonly how: string
}

export interface Doctor {
  readonly ok: boolean
  readonly checks: DoctorCheck[]
  readonly engines: DoctorEngine[]
}

/** With less free space than this, in bytes, a library cannot be backed up or optimised. */
const LOW_SPACE_BYTES = 1_073_741_824
/** From this version on, Node strips types and includes SQLite. */
const MIN_NODE_MAJOR = 24
/** If the clock shows an earlier time, it was never set. */
const EARLIEST_CLOCK = Date.UTC(2025, 0, 1)

/** Checks everything that may be the cause if something does not work. */
export async function runDoctor(deps: DoctorDeps, signal: AbortSignal): Promise<Doctor> {
  const { dataDir, device, failures, generators, libraries, network } = deps
  const checks = [
    checkNode(),
    await checkSpace(dataDir),
    await checkInotify(libraries),
    await checkOpenFiles(),
    checkClock(),
    checkDecoders(await boxState()),
    checkDevice(device),
    checkNetwork(network),
    checkFailures(failures()),
    ...checkLocations(libraries),
    ...checkLibraries(libraries),
    ...(await checkSidecars(libraries)),
    ...(await checkDatabases(libraries, signal)),
  ]
  const engines = (await detectEngines(generators())).map(({ gives, how, licence, name, state, version }) => {
    return { job: gives, name, version, available: isUsable({ state }), licence, how }
  })
  return { ok: checks.every((check) => check.state === 'ok'), checks, engines }
}

function checkNode(): DoctorCheck {
  const major = Number(process.versions.node.split('.')[0])
  const detail = `Node.js ${process.versions.node}, SQLite ${process.versions['sqlite'] ?? 'unknown'}`
  if (major >= MIN_NODE_MAJOR) return { name: 'runtime', state: 'ok', detail, fix: null }
  return { name: 'runtime', state: 'error', detail, fix: `install Node.js ${MIN_NODE_MAJOR} or later` }
}

async function checkSpace(folder: string): Promise<DoctorCheck> {
  const name = 'free space'
  try {
    const stats = await statfs(folder)
    const free = stats.bavail * stats.bsize
    const detail = `${(free / 1e9).toFixed(1)} GB free for ${folder}`
    if (free >= LOW_SPACE_BYTES) return { name, state: 'ok', detail, fix: null }
    return { name, state: 'warning', detail, fix: 'free some space, or move the data folder with --data-dir' }
  } catch (err) {
    return { name, state: 'error', detail: `${folder} cannot be looked at: ${errorMessage(err)}`, fix: null }
  }
}

/** Each watched folder takes one watch, and the system limits the watches of a user. */
async function checkInotify(libraries: Libraries): Promise<DoctorCheck> {
  const name = 'watching'
  if (process.platform !== 'linux') return { name, state: 'ok', detail: 'the system watches whole trees', fix: null }
  const limit = Number(await readFile('/proc/sys/fs/inotify/max_user_watches', 'utf8').catch(() => '0'))
  let folders = 0
  for (const library of libraries.opened()) {
    for (const location of await library.locations.list())
      if (location.watch) folders += location.counts.directories + 1
  }
  const detail = `${folders} ${folders === 1 ? 'folder' : 'folders'} to watch, ${limit} watches allowed`
  if (folders <= limit) return { name, state: 'ok', detail, fix: null }
  return {
    name,
    state: 'warning',
    detail,
    fix: `sudo sysctl fs.inotify.max_user_watches=${2 ** Math.ceil(Math.log2(folders * 2))}`,
  }
}

/** `doctor` warns if at least this share of the process's limit on open files is in use. */
const MANY_OPEN_FILES = 0.8

async function checkOpenFiles(): Promise<DoctorCheck> {
  const name = 'open files'
  if (process.platform !== 'linux') return { name, state: 'ok', detail: 'not counted on this system', fix: null }
  const [limits, open] = await Promise.all([
    readFile('/proc/self/limits', 'utf8').catch(() => ''),
    readdir('/proc/self/fd').catch(() => []),
  ])
  const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity)
  const detail = `${open.length} of ${limit} files open`
  if (open.length < limit * MANY_OPEN_FILES) return { name, state: 'ok', detail, fix: null }
  return { name, state: 'warning', detail, fix: 'raise the limit with `ulimit -n`, then run `spacedrive restart`' }
}

function checkClock(): DoctorCheck {
  const now = Date.now()
  const detail = new Date(now).toISOString()
  if (now >= EARLIEST_CLOCK) return { name: 'clock', state: 'ok', detail, fix: null }
  return { name: 'clock', state: 'error', detail, fix: 'set the clock: times of changes depend on it' }
}

/** Reports how decoders are confined. Without confinement, a hostile file could get the user's rights. */
export function checkDecoders(box: BoxState): DoctorCheck {
  const name = 'decoders'
  const rest = 'no network, no other programs, and none of your files outside the location of the file'
  switch (box.layer) {
    case 'landlock': {
      const open = box.version < CLOSES_SIGNALS ? '; signals to your other programs stay open before Linux 6.12' : ''
      return { name, state: 'ok', detail: `closed by Landlock and seccomp: ${rest}${open}`, fix: null }
    }
    case 'bwrap':
      return { name, state: 'ok', detail: `closed by bwrap, because ${box.reason}: ${rest}`, fix: null }
    case null: {
      const detail = `not closed: a hostile file that takes over a decoder can do whatever you can (${box.reason})`
      return { name, state: process.platform === 'linux' ? 'warning' : 'ok', detail, fix: box.fix }
    }
  }
}

function checkDevice(device: DoctorDeps['device']): DoctorCheck {
  const { id, name } = device.info()
  const detail = `${name}, ${id}`
  if (device.copiedFrom === null) return { name: 'identity', state: 'ok', detail, fix: null }
  return {
    name: 'identity',
    state: 'warning',
    detail: `${detail}: the data folder is a copy of that of ${device.copiedFrom}`,
    fix: `spacedrive device rename ${shellWord(`${name} 2`)}`,
  }
}

function checkNetwork(network: DoctorDeps['network']): DoctorCheck {
  const name = 'network'
  const { addresses, devices, error, state } = network.status()
  switch (state) {
    case 'disabled':
      return { name, state: 'ok', detail: 'off', fix: null }
    case 'locked':
      return {
        name,
        state: 'warning',
        detail: 'waits for its password',
        fix: 'spacedrive network start --password <password>',
      }
    case 'failed':
      return { name, state: 'error', detail: error ?? 'could not be started', fix: 'spacedrive network start' }
    case 'running': {
      const detail = `${devices.connected} of ${devices.paired} paired devices connected, reached at ${addresses.join(', ')}`
      const [notice] = network.notices()
      return { name, state: notice === undefined ? 'ok' : 'warning', detail: notice ?? detail, fix: null }
    }
  }
}

function checkFailures(failures: readonly UnexpectedFailure[]): DoctorCheck {
  const name = 'unexpected failures'
  if (failures.length === 0) return { name, state: 'ok', detail: 'none since the start', fix: null }
  const detail = failures.map(({ at, message, operation }) => `${operation} at ${at}: ${message}`).join('; ')
  return {
    name,
    state: 'warning',
    detail,
    fix: 'report the problem and attach the file that `spacedrive doctor --bundle <file>` writes',
  }
}

function checkLocations(libraries: Libraries): DoctorCheck[] {
  const checks: DoctorCheck[] = []
  for (const library of libraries.opened()) {
    for (const { name, state, error } of library.locations.map.all()) {
      if (error === null) continue
      checks.push({
        name: `location ${name}`,
        state: 'warning',
        detail: `${state}: ${error}`,
        fix: `spacedrive location info ${shellWord(name)}`,
      })
    }
  }
  return checks
}

function checkLibraries(libraries: Libraries): DoctorCheck[] {
  return libraries.failed().map(({ name, path, error, errorCode }) => ({
    name: `library ${name}`,
    state: 'error',
    detail: `not opened: ${error}`,
    fix: fixOf(errorCode, path),
  }))
}

/** The advice for a library that could not be opened. */
function fixOf(code: ErrorCode | null, path: string): string {
  const folder = shellWord(path)
  if (code === 'Corrupt') return `spacedrive library restore ${folder}`
  if (code === 'NotFound') return 'plug its disk in, or open it where it is now with `spacedrive library open <path>`'
  const open = `spacedrive library open ${folder}`
  return code === 'PermissionDenied' || code === 'VersionMismatch' ? `${open} --read-only` : open
}

/** Checks which sidecars are not generated now, and why: no space, no engine, or a busy machine. */
async function checkSidecars(libraries: Libraries): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = []
  for (const { name, readOnly, sidecars } of libraries.opened()) {
    if (readOnly) continue
    for (const [reason, held] of Map.groupBy(await sidecars.runner.holds(), ({ reason: why }) => why)) {
      const isFull = held.some(({ code }) => code === 'DiskFull')
      checks.push({
        name: `sidecars of ${name}`,
        state: isFull ? 'warning' : 'ok',
        detail: `${held.map(({ kind }) => kind).join(', ')}: ${reason}`,
        fix: isFull ? 'free some space, or run `spacedrive config set sidecars.keepFreeBytes <bytes>`' : null,
      })
    }
    // Everything else works without this engine, so no action is needed.
    for (const { kind, reason } of await sidecars.queue.unavailable())
      checks.push({ name: `${kind} of ${name}`, state: 'ok', detail: `off: ${reason}`, fix: null })
  }
  return checks
}

async function checkDatabases(libraries: Libraries, signal: AbortSignal): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = []
  for (const library of libraries.opened()) {
    const name = `database of ${library.name}`
    try {
      const { ok, problems } = await libraries.check(library, signal)
      const detail = ok ? 'sound' : problems.map((problem) => problem.detail).join('; ')
      checks.push({
        name,
        state: ok ? 'ok' : 'error',
        detail,
        fix: ok ? null : `spacedrive library restore ${shellWord(library.path)}`,
      })
    } catch (err) {
      checks.push({ name, state: 'error', detail: errorMessage(err), fix: null })
    }
  }
  return checks
}
