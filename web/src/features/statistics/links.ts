import type { SearchSearch } from '../search/index.ts'
import type { Statistics } from './statistics-page.tsx'

type FileType = Statistics['byType'][number]['type']

// Statistics count hidden files too.
const all = { hidden: true } as const

/** The search that finds what a figure counts. */
export const filesOf = {
  everything: (): SearchSearch => ({ ...all, size: '>=0', sort: 'size' }),
  type: (type: FileType): SearchSearch => ({ ...all, type: [type], sort: 'size' }),
  /** Null of files without one: no search is kept to those. */
  extension: (extension: string): SearchSearch | null =>
    extension === '' ? null : { ...all, ext: [extension], sort: 'size' },
  /** `2024` or `2024-05`. */
  modified: (modified: string): SearchSearch => ({ ...all, modified, sort: 'size' }),
  folders: (paths: readonly string[]): SearchSearch => ({ ...all, in: paths, sort: 'size' }),
}
