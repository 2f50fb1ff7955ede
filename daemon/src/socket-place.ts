import { hash } from 'node:crypto'
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DEFAULT_INSTANCE, type InstancePaths, type PathHost, pathHost } from '@spacedrive/client/node'
import { CoreError, pathError, pathErrorCode } from '@spacedrive/core'
import { makeFolders } from '@spacedrive/core/make-folders'
import { takeLock } from '@spacedrive/core/lock'
import { systemCode } from '@spacedrive/core/errors'

/** `sun_path` of unix(7) holds 108 bytes with the one that ends it; macOS and the BSDs have 104. */
const MAX_SOCKET_PATH = { linux: 107, other: 103 }
/** The prefix of named pipes on Windows. */
const PIPES = '\\\\.\\pipe\\'

/**
 * The places where the daemon may listen, best first: the given data folder, else the runtime folder. If that path is
 * too long, or the daemon of another data folder uses it, the name is made from the data folder's path.
 */
export function socketPlaces(paths: InstancePaths, host: PathHost = pathHost()): string[] {
  const { dataDir, instance, ownFolder, runDir } = paths
  const unique = uniqueName(dataDir)
  if (host.platform === 'win32') return [`${PIPES}${unique}`]
  const name = instance === DEFAULT_INSTANCE ? 'spacedrive.sock' : `spacedrive-${instance}.sock`
  const runtimeDir = runtimeFolder(host)
  const places = [
    ownFolder ? join(runDir, 'spacedrive.sock') : join(runtimeDir, name),
    join(runtimeDir, `${unique}.sock`),
    // If other users hold every name in the folder for temporary files.
    join(runDir, 'spacedrive.sock'),
  ]
  return [...new Set(places)].filter((place) => Buffer.byteLength(place) <= longestPath(host.platform))
}

/**
 * The place of the HTTP socket for programs of this user: in the data folder, under a name that never changes. Throws
 * `Unavailable` if the path is too long for a socket.
 */
export function httpSocketPlace(
  { dataDir, runDir }: Pick<InstancePaths, 'dataDir' | 'runDir'>,
  { platform }: Pick<PathHost, 'platform'> = pathHost(),
): string {
  if (platform === 'win32') return `${PIPES}${uniqueName(dataDir)}-http`
  const place = join(runDir, 'http.sock')
  const bytes = Buffer.byteLength(place)
  const longest = longestPath(platform)
  if (bytes <= longest) return place
  throw new CoreError(
    'Unavailable',
    `the socket path ${place} has ${bytes} bytes, more than the maximum of ${longest}; choose a shorter folder with --data-dir`,
  )
}

/**
 * The right to look whether a place is free and to take it: without it, two daemons that find the socket of a crashed
 * one would each remove it, the second one that of the first. Throws `Locked` where another daemon is at it.
 */
export function takePlace(place: string): Disposable {
  if (place.startsWith(PIPES)) return { [Symbol.dispose]: () => {} }
  return takeLock(`${place}.lock`, `the socket ${place}`)
}

/** Whether a socket can be made there; one that a daemon left which crashed is removed. */
export async function isFree(place: string): Promise<boolean> {
  if (place.startsWith(PIPES)) return !(await answers(place))
  const stats = lstatSync(place, { throwIfNoEntry: false })
  if (!stats) return true
  if (!stats.isSocket() || (await answers(place))) return false
  rmSync(place, { force: true })
  return true
}

/** Makes a folder that only this user can enter. Throws `PermissionDenied` if it belongs to another user. */
export function makePrivateFolder(path: string, { uid }: Pick<PathHost, 'uid'> = pathHost()): void {
  try {
    makeFolders(path)
    // A copy of a data folder may have lost its modes.
    if (isOwnFolder(path, uid) && !isPrivate(path, uid)) chmodSync(path, 0o700)
  } catch (cause) {
    throw unusable(path, cause)
  }
  if (!isPrivate(path, uid)) {
    throw new CoreError('PermissionDenied', `other users can enter ${path}; make it your own folder with mode 0700`)
  }
}

/** A folder that cannot be made, with the system's reason. */
function unusable(path: string, cause: unknown): CoreError {
  const known = pathError(cause, path)
  const why = known instanceof CoreError ? known.message : `${path} cannot be made`
  const code = pathErrorCode(cause) ?? 'PermissionDenied'
  return new CoreError(code, `${why}; or choose another folder with --data-dir`, { cause })
}

function uniqueName(dataDir: string): string {
  return `spacedrive-${hash('sha256', dataDir).slice(0, 16)}`
}

function longestPath(platform: NodeJS.Platform): number {
  return platform === 'linux' ? MAX_SOCKET_PATH.linux : MAX_SOCKET_PATH.other
}

/** The session's runtime folder where it is as it should be, else one of our own. */
function runtimeFolder({ env, temporary, uid }: PathHost): string {
  const session = env['XDG_RUNTIME_DIR']
  if (session?.startsWith('/') && isPrivate(session, uid)) return session
  const names = Array.from({ length: OWN_FOLDERS }, (_, n) => `spacedrive-${uid}${n === 0 ? '' : `-${n}`}`)
  const folders = names.map((name) => join(temporary, name))
  // All users can create folders there. Skip a folder of another user.
  return folders.find((folder) => isOwnOrFree(folder, uid)) ?? folders[0]!
}

/** More folders than another user would create by accident. */
const OWN_FOLDERS = 10

function isOwnOrFree(path: string, uid: number): boolean {
  return uid === -1 || isOwnFolder(path, uid) || lstatSync(path, { throwIfNoEntry: false }) === undefined
}

function isPrivate(path: string, uid: number): boolean {
  if (uid === -1) return true
  return isOwnFolder(path, uid) && (lstatSync(path).mode & 0o077) === 0
}

/** Whether it is a folder of this user, and not a link that another user created. */
function isOwnFolder(path: string, uid: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && stats.isDirectory() && stats.uid === uid
}

function answers(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // Any other failure than these two says that something is there which is not ours to remove.
    socket.on('error', (err) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(systemCode(err) ?? '')))
  })
}
