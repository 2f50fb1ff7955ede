import { lstatSync, readdirSync } from 'node:fs'
import { nameBytes, type RawName } from '../src/util/file-name.ts'
import type { WatchBatch } from '../src/watching/index.ts'

/**
 * A listener that knows a tree only by looking again at what a watcher reports. As long as nothing is lost, its picture
 * comes to equal the disk. A new folder's inside it looks at only when told to.
 */
export class DiskMirror {
  readonly #root: Buffer
  readonly #skip: (path: string) => boolean
  /** By path, as latin1 so that every byte counts. */
  #seen: Map<string, string>

  /** `skip` says which paths below the root are no concern of the watcher. */
  constructor(root: RawName, skip: (path: string) => boolean = () => false) {
    this.#root = Buffer.from(nameBytes(root))
    this.#skip = skip
    this.#seen = this.#look()
  }

  apply(batch: WatchBatch): void {
    for (const { dir, names, subtree } of batch.dirs) {
      const path = Buffer.from(nameBytes(dir))
      if (subtree) this.#lookAtTree(path)
      else if (names) for (const name of names) this.#lookAt(join(path, Buffer.from(nameBytes(name))))
      else this.#lookAtFolder(path)
    }
  }

  /** In what the picture and the disk differ; empty where they are equal. */
  differences(): string[] {
    const now = this.#look()
    const lost = [...now]
      .filter(([path, entry]) => this.#seen.get(path) !== entry)
      .map(([path]) => `unnoticed: ${path}`)
    const stale = [...this.#seen.keys()].filter((path) => !now.has(path)).map((path) => `still there: ${path}`)
    return [...lost, ...stale]
  }

  #look(): Map<string, string> {
    const entries = new Map<string, string>()
    for (const path of walk(this.#root)) if (!this.#isSkipped(path)) entries.set(key(path), describe(path) ?? 'gone')
    return entries
  }

  #lookAtTree(path: Buffer): void {
    this.#forgetBelow(path)
    if (!path.equals(this.#root)) this.#lookAt(path)
    for (const below of walk(path)) this.#lookAt(below)
  }

  #lookAtFolder(path: Buffer): void {
    const names = list(path)
    const kept = new Set(names.map((name) => key(join(path, name))))
    const start = key(join(path, Buffer.alloc(0)))
    for (const seen of this.#seen.keys()) {
      const isChild = seen.startsWith(start) && !seen.includes('/', start.length)
      if (isChild && !kept.has(seen)) this.#lookAt(Buffer.from(seen, 'latin1'))
    }
    for (const name of names) this.#lookAt(join(path, name))
  }

  #lookAt(path: Buffer): void {
    const entry = describe(path)
    const before = this.#seen.get(key(path))
    if (before?.startsWith('folder') && before !== entry) this.#forgetBelow(path)
    if (entry && !this.#isSkipped(path)) this.#seen.set(key(path), entry)
    else this.#seen.delete(key(path))
  }

  #forgetBelow(path: Buffer): void {
    const start = key(join(path, Buffer.alloc(0)))
    for (const seen of this.#seen.keys()) if (seen.startsWith(start)) this.#seen.delete(seen)
  }

  #isSkipped(path: Buffer): boolean {
    return this.#skip(path.subarray(this.#root.length + 1).toString('latin1'))
  }
}

function* walk(top: Buffer): Generator<Buffer> {
  const stack = [top]
  for (let dir = stack.pop(); dir; dir = stack.pop()) {
    for (const name of list(dir)) {
      const path = join(dir, name)
      yield path
      stack.push(path)
    }
  }
}

/** Nothing where it is no folder. */
function list(dir: Buffer): Buffer[] {
  try {
    return lstatSync(dir).isDirectory() ? readdirSync(dir, 'buffer') : []
  } catch {
    return []
  }
}

function describe(path: Buffer): string | null {
  try {
    const stats = lstatSync(path)
    // What a folder holds is seen in its entries.
    return stats.isDirectory() ? `folder ${stats.ino}` : `${stats.ino} ${stats.mode} ${stats.size} ${stats.mtimeMs}`
  } catch {
    return null
  }
}

function join(dir: Buffer, name: Buffer): Buffer {
  return Buffer.concat([dir, Buffer.from('/'), name])
}

function key(path: Buffer): string {
  return path.toString('latin1')
}
