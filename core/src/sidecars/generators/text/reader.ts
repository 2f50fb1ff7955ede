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
export type ReadText = (source: RawName, maxChars: number) => Promise<FileText>

/** The readers of this project itself. The version is raised when a reader finds more text. */
export const ownEngine: Engine = { name: 'spacedrive', version: '1' }
