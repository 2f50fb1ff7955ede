import type { FileType } from '../../domain/file-kind.ts'

/** One file format. The table of formats is data only, so it loads in a browser too. */
export interface FileTypeDefinition {
  /** Id of the format: stable, in lower case, for example `png`. */
  readonly id: string
  /** Name for users, for example `PNG image`. */
  readonly name: string
  readonly category: FileType
  /** In lower case and without the dot; the most common one first. */
  readonly extensions: readonly string[]
  /** Whole file names that mean this type, in lower case: `makefile`. */
  readonly names: readonly string[]
  /** MIME types; the most common one first. */
  readonly mimes: readonly string[]
  /** A file of this type begins with any of these patterns (see `pattern.ts`). */
  readonly magic: readonly string[]
  /** If types share an extension or a pattern and nothing else decides, the higher priority wins. */
  readonly priority: number
  /** The general type of this special case: for a docx it is zip. */
  readonly parent: string | null
  /**
   * It does no harm if types of one family are confused, such as mp4 and mov. A family is named after its most general
   * type; `any` fits all bytes.
   */
  readonly family: string
  /** Whether its bytes are text. */
  readonly text: boolean
  readonly supportsThumbnails: boolean
  readonly supportsPreview: boolean
  /** Whether it has metadata worth reading: camera, artist, title, page count. */
  readonly supportsMetadata: boolean
}

/** A row of the table. The group of the row supplies omitted fields. Lists are separated by spaces. */
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
