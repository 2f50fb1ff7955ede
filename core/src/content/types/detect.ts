import { fileTypes } from '../../domain/stored-lists.ts'
import { extensionOf } from '../../util/file-name.ts'
import type { FileTypeDefinition } from './definition.ts'
import { NameIndex } from './name.ts'
import { fileTypeTable } from './table/index.ts'

/** The bit that sets a small letter of ASCII apart from its capital. */
const LOWER_CASE = 0x20

const names = new NameIndex(fileTypeTable)
const typesByExtension = new Map(
  fileTypeTable.flatMap(({ extensions }) => extensions.map((each) => [each, typeOf(names.ofExtension(each))])),
)
const typesByName = new Map(
  fileTypeTable.flatMap((definition) => definition.names.map((each) => [each, typeOf([definition])])),
)
/** Length and first letter of the names in `typesByName`: almost every other name is told from them by these alone. */
const namesBegin = new Set([...typesByName.keys()].map(beginning))
const tableIndexes = new Map(fileTypeTable.map((definition, index) => [definition, index]))

/** The likeliest type of a file by its name alone: an index into `fileTypes`. Called for every file of a scan. */
export function detectFromExtension(name: string): number {
  const known = namesBegin.has(beginning(name)) ? typesByName.get(name.toLowerCase()) : undefined
  return known ?? typesByExtension.get(extensionOf(name)) ?? 0
}

/** The usual MIME type of files with an extension, in lower case without its dot; null where none is known. */
export function mimeFromExtension(extension: string): string | null {
  return names.ofExtension(extension)[0]?.mimes[0] ?? null
}

function beginning(name: string): number {
  return name.length * 256 + (name.charCodeAt(0) | LOWER_CASE)
}

function typeOf([likeliest]: readonly FileTypeDefinition[]): number {
  return likeliest ? fileTypes.indexOf(likeliest.category) : 0
}

/** The definition with an index of `fileTypeTable`. */
export function definitionAt(index: number): FileTypeDefinition {
  const definition = fileTypeTable[index]
  if (!definition) throw new RangeError(`there is no file type ${index}`)
  return definition
}

/** Where a definition stands in `fileTypeTable`. */
export function definitionIndexOf(definition: FileTypeDefinition): number {
  const index = tableIndexes.get(definition)
  if (index === undefined) throw new RangeError(`${definition.id} is not in the table`)
  return index
}
