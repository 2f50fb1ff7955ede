import type { FolderSize } from './treemap-layout.ts'

/** Names begin at A, sizes and counts with the largest. */
export interface SizeOrder {
  readonly by: 'name' | 'size' | 'files'
  readonly isReverse: boolean
}

const names = new Intl.Collator(undefined, { numeric: true })

export function sortSizes(nodes: readonly FolderSize[], { by, isReverse }: SizeOrder): FolderSize[] {
  const sign = isReverse ? -1 : 1
  return nodes.toSorted((a, b) => sign * (by === 'name' ? names.compare(a.name, b.name) : b[by] - a[by]))
}
