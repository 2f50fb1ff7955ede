import type { RawName } from '../../../util/file-name.ts'
import type { TextPage } from '../../text-sidecar.ts'
import type { Engine } from '../generator.ts'

/** The text of a file. */
export interface FileText {
  readonly engine: Engine
  readonly pages: readonly TextPage[]
  /** Some of it is left out: it is longer than what is kept. */
  readonly truncated: boolean
}

/** Reads the text of a file, up to so many characters. Throws what `Make` throws. */
export type ReadText = (source: RawName, maxChars: number) => Promise<FileText>

/** Whatever this project reads itself; its version is raised when a reader finds more. */
export const ownEngine: Engine = { name: 'spacedrive', version: '1' }
