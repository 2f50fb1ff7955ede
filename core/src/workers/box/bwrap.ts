import { bytesToName, nameBytes, pathBelow, type RawName } from '../../util/file-name.ts'
import type { BoxStart } from './box.ts'

/**
 * Options for new namespaces for users, mounts, the network and processes, for no capabilities, and for a separate
 * /dev and /proc.
 */
const CLOSED = '--unshare-all --die-with-parent --new-session --cap-drop ALL --dev /dev --proc /proc'.split(' ')
/** Devices that bubblewrap creates itself. */
const OWN: ReadonlySet<RawName> = new Set(['/dev/null', '/dev/urandom'])
/** Makes the in-memory folders read-only, so that no process can fill the memory. */
const SEALED = ['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/']

/**
 * The arguments of bubblewrap. A process sees only the paths in its `BoxStart`, each at its usual place. Paths that do
 * not exist are left out. Arguments are bytes, because paths are bytes.
 */
export function bwrapArgs({ execute, network, read, write }: BoxStart): Uint8Array[] {
  const readable = [...read, ...execute].map(decode)
  // Paths in `OWN` may be links, and the system refuses to mount over a link. A path inside a folder that is already
  // visible needs no mount of its own.
  const shown = readable.filter((path) => !OWN.has(path) && !isInOne(path, [...readable, '/proc']))
  // Writable paths come after the folders that contain them, because a later mount would hide an earlier one below it.
  const writable = write.map(decode).filter((path) => !OWN.has(path))
  const bind = (flag: string) => (path: RawName) => [Buffer.from(flag), nameBytes(path), nameBytes(path)]
  return [
    ...[...CLOSED, ...(network ? ['--share-net'] : [])].map((word) => Buffer.from(word)),
    ...shown.flatMap(bind('--ro-bind-try')),
    ...writable.flatMap(bind('--bind-try')),
    ...SEALED.map((word) => Buffer.from(word)),
  ]
}

function decode(path: string): RawName {
  return bytesToName(new Uint8Array(Buffer.from(path, 'base64')))
}

function isInOne(path: RawName, folders: readonly RawName[]): boolean {
  return folders.some((folder) => (pathBelow(path, folder)?.length ?? 0) > 0)
}
