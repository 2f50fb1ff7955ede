import { posix } from 'node:path'
import { CoreError } from '../util/errors.ts'
import type { DetectedVolume, Detection, Mount } from './detected-volume.ts'

/** A path of the file system: text, or bytes if the names may not be valid UTF-8. */
export type AnyPath = string | Uint8Array

/** The location of a path on a volume. */
export interface VolumePlace {
  readonly volume: DetectedVolume
  readonly mount: Mount
  /**
   * Relative to the volume's root, with `/` between the parts on every platform and no slash at either end; empty for
   * the root.
   */
  readonly pathInVolume: Buffer
}

type Entry = { readonly volume: DetectedVolume; readonly mount: Mount } | 'pseudo'

/**
 * Finds the volume of a path, which is that of the longest mount point above it. Paths must be absolute, with symbolic
 * links resolved; they need not exist. Nothing is read from disk.
 */
export class MountTable {
  readonly #windows: boolean
  readonly #entries = new Map<string, Entry>()
  readonly #volumes: ReadonlyMap<string, DetectedVolume>

  constructor({ volumes, pseudoMounts }: Detection, platform: NodeJS.Platform) {
    this.#windows = platform === 'win32'
    this.#volumes = new Map(volumes.map((volume) => [volume.fingerprint, volume]))
    for (const mountPoint of pseudoMounts) this.#entries.set(this.#key(this.#parse(mountPoint)), 'pseudo')
    for (const volume of volumes) {
      for (const mount of volume.mounts) this.#entries.set(this.#key(this.#parse(mount.mountPoint)), { volume, mount })
    }
  }

  /**
   * The volume of a path. Null if it is on no volume, such as a path below `/proc`. Throws `InvalidInput` for a
   * relative path.
   */
  find(path: AnyPath): VolumePlace | null {
    const text = this.#parse(path)
    const key = this.#key(text)
    for (let end = key.length; end >= 0; end = key.lastIndexOf('/', end - 1)) {
      const entry = this.#entries.get(key.slice(0, end))
      if (entry === 'pseudo') return null
      if (entry)
        return {
          ...entry,
          pathInVolume: toBytes(joined(withoutSlashes(bytesOf(entry.mount.root)), text.slice(end + 1))),
        }
      if (end === 0) return null
    }
    return null
  }

  /**
   * The current absolute path of a path on a volume. Null if this part of the volume is not mounted, or if another
   * mount covers it.
   */
  absolutePath(fingerprint: string, pathInVolume: AnyPath): Buffer | null {
    const inside = withoutSlashes(bytesOf(pathInVolume))
    for (const mount of this.#volumes.get(fingerprint)?.mounts ?? []) {
      const below = relative(withoutSlashes(bytesOf(mount.root)), inside)
      if (below === null) continue
      const base = this.#parse(mount.mountPoint)
      const path = below === '' ? base : `${base}/${below}`
      const native = toBytes(this.#windows ? windowsPath(path) : path || '/')
      const place = this.find(native)
      if (place?.volume.fingerprint === fingerprint && place.pathInVolume.equals(toBytes(inside))) return native
    }
    return null
  }

  /**
   * The path as a string with one character for each byte, with `/` between its parts, and without a slash at the end.
   */
  #parse(path: AnyPath): string {
    const bytes = bytesOf(path)
    const slashed = this.#windows ? withoutPrefix(bytes.replaceAll('\\', '/')) : bytes
    const isAbsolute = slashed.startsWith('/') || (this.#windows && /^[a-z]:/i.test(slashed))
    if (!isAbsolute) throw new CoreError('InvalidInput', `${JSON.stringify(String(path))} is not an absolute path`)
    const plain = posix.normalize(slashed).replace(/\/$/, '')
    return this.#windows && slashed.startsWith('//') ? `/${plain}` : plain
  }

  /**
   * The key of a path. On Windows, drive letters and shares are compared without case, and mount points consist mostly
   * of these.
   */
  #key(text: string): string {
    return this.#windows ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text
  }
}

/** The part of `inside` below `root`; null if it is not below `root`. Both must be without outer slashes. */
function relative(root: string, inside: string): string | null {
  if (root === '' || root === inside) return inside.slice(root.length)
  return inside.startsWith(`${root}/`) ? inside.slice(root.length + 1) : null
}

/** Joins two paths: `photos` and `2024` to `photos/2024`. If the base is empty, the result is the other path. */
function joined(base: string, rest: string): string {
  return base !== '' && rest !== '' ? `${base}/${rest}` : base || rest
}

function withoutSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '')
}

/** Removes Windows' prefix for long paths. */
function withoutPrefix(path: string): string {
  return path.replace(/^\/\/\?\/UNC\//i, '//').replace(/^\/\/\?\//, '')
}

function windowsPath(path: string): string {
  return (/^[a-z]:$/i.test(path) ? `${path}/` : path).replaceAll('/', '\\')
}

function bytesOf(path: AnyPath): string {
  return (
    typeof path === 'string' ? Buffer.from(path) : Buffer.from(path.buffer, path.byteOffset, path.byteLength)
  ).toString('latin1')
}

function toBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
