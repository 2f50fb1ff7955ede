import { bytesToName, nameBytes, pathBelow, type RawName } from '../../util/file-name.ts'
import type { BoxStart } from './box.ts'

/** Namespaces of its own for users, mounts, the network and processes, no rights, and a /dev and a /proc of its own. */
const CLOSED = '--unshare-all --die-with-parent --new-session --cap-drop ALL --dev /dev --proc /proc'.split(' ')
/** What bubblewrap makes itself. */
const OWN: ReadonlySet<RawName> = new Set(['/dev/null', '/dev/urandom'])
/** Their folders lie in memory, which nothing may fill. */
const SEALED = ['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/']

/**
 * Arguments of bubblewrap that show a process only what its start names, everything at its own path. What does not exist
 * is left out. They are bytes, as paths are.
 */
export function bwrapArgs({ execute, network, read, write }: BoxStart): Uint8Array[] {
  const readable = [...read, ...execute].map(decode)
  // The system refuses to mount something on a link; what lies in a folder that is shown is shown with it.
  const shown = readable.filter((path) => !OWN.has(path) && !isInOne(path, [...readable, '/proc']))
  // After those around them, which would hide them.
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
