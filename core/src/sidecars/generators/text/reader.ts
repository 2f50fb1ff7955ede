import type { RawName } from '../../../util/file-name.ts'
import type { TextPage } from '../../formats/text-sidecar.ts'
import type { Engine } from '../generator.ts'

export interface FileText {
  readonly engine: Engine
  readonly pages: readonly TextPage[]
  /** Whether some text was left out because of a limit. */
  readonly truncated: boolean
}

/** Reads the text of a file, up to `maxChars` characters. Throws like `Make`. */
export type ReadText = (source: RawName, maxChars: number, readInner: ReadInner) => Promise<FileText>

/**
 * Reads the text of a file that is inside another one: an attachment, or a member of an archive. Null if it has no
 * text, cannot be read, or is too deep inside.
 */
export type ReadInner = (name: string, bytes: Uint8Array, maxChars: number) => Promise<FileText | null>

/** The readers that are part of this project. The version is increased when a reader finds more text. */
export const ownEngine: Engine = { name: 'spacedrive', version: '1' }
