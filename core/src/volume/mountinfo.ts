/** A line of `/proc/self/mountinfo`; see proc_pid_mountinfo(5). */
export interface MountInfo {
  readonly id: number
  readonly parent: number
  /** `major:minor`, like `st_dev`. */
  readonly deviceId: string
  readonly root: string
  readonly mountPoint: string
  readonly options: ReadonlySet<string>
  /** The file system's name in the kernel's notation: `fuse.sshfs`, `nfs4`. */
  readonly filesystem: string
  readonly source: string
  /** Options of the file system itself, which are the same for all its mounts. Flags have an empty value. */
  readonly superOptions: ReadonlyMap<string, string>
}

/**
 * Parses the table. Lines that cannot be parsed are skipped. Bytes that are not UTF-8 become replacement characters.
 */
export function parseMountInfo(table: Buffer): MountInfo[] {
  return table
    .toString('latin1')
    .split('\n')
    .map(parseLine)
    .filter((mount) => mount !== null)
}

function parseLine(line: string): MountInfo | null {
  const [before, after] = splitOnce(line, ' - ')
  const [id, parent, deviceId, root, mountPoint, options] = before.split(' ')
  const [filesystem, source, superOptions] = after.split(' ')
  if (!id || !parent || !deviceId || !root || !mountPoint || !options || !filesystem) return null
  return {
    id: Number(id),
    parent: Number(parent),
    deviceId,
    root: unescape(root),
    mountPoint: unescape(mountPoint),
    options: new Set(options.split(',')),
    filesystem: unescape(filesystem),
    source: unescape(source ?? ''),
    superOptions: new Map(
      unescape(superOptions ?? '')
        .split(',')
        .map((option) => splitOnce(option, '=')),
    ),
  }
}

/** Unescapes a field: space, tab, newline and backslash are written as three octal digits. */
function unescape(field: string): string {
  if (!/[\\\u0080-\u00ff]/.test(field)) return field
  const bytes = field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

/** The mounts that a path can reach. A mount is left out if a later mount covers it, at the same folder or above. */
export function visibleMounts(mounts: readonly MountInfo[]): MountInfo[] {
  const ids = new Set(mounts.map((mount) => mount.id))
  const children = new Map<number, Map<string, MountInfo>>()
  for (const mount of mounts) {
    const parent = ids.has(mount.parent) && mount.parent !== mount.id ? mount.parent : OUTSIDE
    const siblings = children.get(parent) ?? new Map<string, MountInfo>()
    children.set(parent, siblings.set(mount.mountPoint, mount))
  }
  return mounts.filter((mount) => resolve(mount.mountPoint, children) === mount)
}

/** Stands for the parent of mounts whose real parent is not visible to this process, for example after `chroot`. */
const OUTSIDE = -1

/** Finds the mount of `path` as the kernel does: it walks down the path, and enters the first mount at every step. */
function resolve(path: string, children: ReadonlyMap<number, ReadonlyMap<string, MountInfo>>): MountInfo | null {
  let at: MountInfo | null = null
  for (let steps = 0; steps < MAX_DEPTH; steps++) {
    const next = firstOnTheWay(path, children.get(at?.id ?? OUTSIDE))
    if (!next) return at
    at = next
  }
  return at
}

/** Limit on nested mounts; the kernel's own limit for a whole namespace is 100,000 mounts. */
const MAX_DEPTH = 10_000

function firstOnTheWay(path: string, mounts: ReadonlyMap<string, MountInfo> | undefined): MountInfo | undefined {
  if (!mounts) return undefined
  const root = mounts.get('/')
  if (root) return root
  for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
    const mount = mounts.get(path.slice(0, end))
    if (mount) return mount
  }
  return mounts.get(path)
}
