import type { FileType } from '../../domain/file-kind.ts'

/** One file format. The table of them is data only: it loads in a browser too. */
export interface FileTypeDefinition {
  /** Stable, lower case: `png`. */
  readonly id: string
  /** For people: `PNG image`. */
  readonly name: string
  readonly category: FileType
  /** Lower case, without the dot; the usual one first. */
  readonly extensions: readonly string[]
  /** Whole file names that mean this type, in lower case: `makefile`. */
  readonly names: readonly string[]
  /** The usual one first. */
  readonly mimes: readonly string[]
  /** Any of these patterns begins such a file (`pattern.ts` explains them). */
  readonly magic: readonly string[]
  /** Among types that share an extension or a pattern, the higher one wins where nothing else decides. */
  readonly priority: number
  /** The type this one is a special case of: a docx is a zip. */
  readonly parent: string | null
  /**
   * Types of one family are mistaken for each other without harm: mp4 and mov. It is named after its most general type;
   * `any` fits whatever the bytes turn out to be.
   */
  readonly family: string
  /** Its bytes are text. */
  readonly text: boolean
  readonly supportsThumbnails: boolean
  readonly supportsPreview: boolean
  /** It carries facts about itself worth reading: camera, artist, title, page count. */
  readonly supportsMetadata: boolean
}

/** A row as the table writes it: what it leaves out follows from its group. Lists are separated by spaces. */
export interface TypeRow extends Partial<Capabilities> {
  readonly id: string
  readonly name: string
  readonly ext?: string
  readonly names?: string
  readonly mime?: string
  readonly magic?: readonly string[]
  readonly priority?: number
  readonly parent?: string
  readonly family?: string
  readonly text?: boolean
}

type Capabilities = Pick<FileTypeDefinition, 'supportsThumbnails' | 'supportsPreview' | 'supportsMetadata'>

export interface TypeGroup extends Partial<Capabilities> {
  readonly category: FileType
  readonly text?: boolean
}

const DEFAULT_PRIORITY = 50

export function defineTypes(group: TypeGroup, rows: readonly TypeRow[]): FileTypeDefinition[] {
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    category: group.category,
    extensions: words(row.ext),
    names: words(row.names),
    mimes: words(row.mime),
    magic: row.magic ?? [],
    priority: row.priority ?? DEFAULT_PRIORITY,
    parent: row.parent ?? null,
    family: row.family ?? row.id,
    text: row.text ?? group.text ?? false,
    supportsThumbnails: row.supportsThumbnails ?? group.supportsThumbnails ?? false,
    supportsPreview: row.supportsPreview ?? group.supportsPreview ?? false,
    supportsMetadata: row.supportsMetadata ?? group.supportsMetadata ?? false,
  }))
}

function words(list: string | undefined): string[] {
  return list ? list.split(' ') : []
}
