import type { Entry } from '@spacedrive/core/domain'
import { type Answers, Refusal } from './fake-daemon.ts'
import { aFolder, anInfo } from './things.ts'
import { parentOf } from '../src/format/index.ts'

interface Order {
  readonly sort: 'name' | 'size' | 'modified' | 'created' | 'type' | 'extension'
  readonly reverse: boolean
  readonly foldersFirst: boolean
}

const names = new Intl.Collator('en', { numeric: true })

/** Files and folders of an index, as the operations on files tell of them. A folder is there if an entry is in it. */
export class FakeFiles {
  readonly #entries = new Map<string, Entry>()
  /** `disk`: the folders are not indexed. */
  source: 'index' | 'disk' = 'index'
  online = true

  constructor(...entries: readonly Entry[]) {
    this.add(...entries)
  }

  add(...entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.set(entry.path, entry)
  }

  remove(path: string): void {
    this.#entries.delete(path)
  }

  /** The answers of the daemon about them. */
  readonly answers: Answers = {
    'files.list': ({ limit, offset, path, ...order }) => {
      const rows = this.#rowsOf(path, order)
      return {
        path,
        source: this.source,
        items: rows.slice(offset, offset + limit),
        total: rows.length,
        online: this.online,
      }
    },
    'files.seek': ({ entryPath, from, path, prefix = '', ...order }) => {
      const rows = this.#rowsOf(path, order)
      if (entryPath !== undefined) return { offset: rowOrNull(rows.findIndex((each) => each.path === entryPath)) }
      const begins = ({ name }: Entry) => name.toLowerCase().startsWith(prefix.toLowerCase())
      const next = rows.findIndex((each, row) => row >= from && begins(each))
      return { offset: rowOrNull(next === -1 ? rows.findIndex(begins) : next) }
    },
    'files.info': ({ path }) => {
      const entry = this.#entries.get(path)
      if (entry) return anInfo(entry, { online: this.online })
      if (this.#in(path).length > 0) return anInfo(aFolder(path), { online: this.online })
      throw new Refusal('NotFound', `${path} does not exist`, { path })
    },
  }

  #in(folder: string): Entry[] {
    return [...this.#entries.values()].filter(({ path }) => parentOf(path) === folder)
  }

  #rowsOf(folder: string, { foldersFirst, reverse, sort }: Order): Entry[] {
    const rows = this.#in(folder)
    if (rows.length === 0 && this.#entries.get(folder)?.kind !== 'directory')
      throw new Refusal('NotFound', `${folder} does not exist`, { path: folder })
    const sign = reverse ? -1 : 1
    return rows.toSorted(
      (a, b) =>
        (foldersFirst ? Number(b.kind === 'directory') - Number(a.kind === 'directory') : 0) ||
        sign * compare(a, b, sort) ||
        names.compare(a.name, b.name),
    )
  }
}

/** Names from A; sizes and times from the largest and latest. */
function compare(a: Entry, b: Entry, sort: Order['sort']): number {
  switch (sort) {
    case 'name':
      return names.compare(a.name, b.name)
    case 'size':
      return (b.totalSize ?? b.size) - (a.totalSize ?? a.size)
    case 'modified':
      return b.modifiedAt.localeCompare(a.modifiedAt)
    case 'created':
      return (b.createdAt ?? '').localeCompare(a.createdAt ?? '')
    case 'type':
      return a.type.localeCompare(b.type)
    case 'extension':
      return a.extension.localeCompare(b.extension)
  }
}

function rowOrNull(row: number): number | null {
  return row === -1 ? null : row
}
