import type { Entry } from '@spacedrive/core/domain'
import { type KindGroup, kindGroup } from '../../ui/index.ts'

/** How many of the selected entries are of a kind, and their bytes. */
export interface KindSum {
  readonly kind: KindGroup | 'folder'
  readonly count: number
  readonly bytes: number
}

/** What is selected, added up. */
export interface SelectionSummary {
  readonly files: number
  readonly folders: number
  readonly bytes: number
  /** The size of some folder is not known, so there are more bytes. */
  readonly isAtLeast: boolean
  /** The kind with the most bytes first. */
  readonly kinds: readonly KindSum[]
}

export function summaryOf(entries: readonly Entry[]): SelectionSummary {
  const sums = new Map<KindSum['kind'], { kind: KindSum['kind']; count: number; bytes: number }>()
  let isAtLeast = false
  for (const entry of entries) {
    const kind = entry.kind === 'directory' ? 'folder' : kindGroup(entry.type)
    const size = entry.kind === 'directory' ? entry.totalSize : entry.size
    isAtLeast ||= size === null
    const sum = sums.get(kind) ?? { kind, count: 0, bytes: 0 }
    sums.set(kind, { kind, count: sum.count + 1, bytes: sum.bytes + (size ?? 0) })
  }
  const kinds = [...sums.values()].toSorted((a, b) => b.bytes - a.bytes || b.count - a.count)
  const folders = sums.get('folder')?.count ?? 0
  return {
    files: entries.length - folders,
    folders,
    bytes: kinds.reduce((sum, { bytes }) => sum + bytes, 0),
    isAtLeast,
    kinds,
  }
}
