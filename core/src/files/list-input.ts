import type { FolderOrder } from './order-folder.ts'

/** What is listed of a folder; see `files.list`. */
export interface ListInput extends FolderOrder {
  readonly path: string
  readonly all: boolean
  /** Each with what there is to show of its content. */
  readonly thumbs: boolean
  readonly limit: number
  readonly offset: number
}
