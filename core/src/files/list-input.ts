import type { FolderOrder } from '../entries/index.ts'

/** The input of a listing; see `files.list`. */
export interface ListInput extends FolderOrder {
  readonly path: string
  readonly all: boolean
  /** Include the thumbnails of each entry. */
  readonly thumbs: boolean
  readonly limit: number
  readonly offset: number
}
