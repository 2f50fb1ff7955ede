import type { RawName } from '../util/file-name.ts'

/** An indexed folder. */
export interface IndexedFolder {
  readonly directoryId: number
  readonly dir: RawName
  readonly volumeId: number
  /** Path on its volume; ends in a slash, or is empty. */
  readonly volumePath: Uint8Array
}
