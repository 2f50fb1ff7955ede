import type { Entry } from '../domain/index.ts'
import type { RawName } from '../util/file-name.ts'
import type { FolderOrder } from './order-folder.ts'

/** The sorted contents of a folder that is not indexed. Entries are built only for requested windows. */
export interface FolderListing {
  readonly length: number
  nameAt(i: number): RawName
  /** A window of the listing; an entry that a rule excludes from the index includes the rule. */
  entries(offset: number, limit: number): Entry[]
}

export interface FolderListingOptions {
  /** Also list entries that a rule excludes from the index. */
  readonly all: boolean
  readonly order: FolderOrder
  readonly limit: number
}
