import { fileTypeNumbers } from '../../domain/stored-lists.ts'
import { extensionOf } from '../../util/file-name.ts'
import type { FileTypeDefinition } from './definition.ts'
import { NameIndex } from './name.ts'
import { fileTypeTable } from './table/index.ts'

/** The bit that distinguishes a lower-case ASCII letter from its capital. */
const LOWER_CASE = 0x20

const names = new NameIndex(fileTypeTable)
const typesByExtension = new Map(
  fileTypeTable.flatMap(({ extensions }) => extensions.map((each) => [each, typeOf(names.ofExtension(each))])),
)
const typesByName = new Map(
  fileTypeTable.flatMap((definition) => definition.names.map((each) => [each, typeOf([definition])])),
)
/** Length and first letter of each name in `typesByName`. This check alone excludes almost every other name. */
const namesBegin = new Set([...typesByName.keys()].map(beginning))
const tableIndexes = new Map(fileTypeTable.map((definition, index) => [definition, index]))

/**
 * The most likely type of a file by its name alone, as a number of `fileTypeNumbers`. A scan calls this for every
 * file.
 */
export function detectFromExtension(name: string): number {
  const known = namesBegin.has(beginning(name)) ? typesByName.get(name.toLowerCase()) : undefined
  return known ?? typesByExtension.get(extensionOf(name)) ?? fileTypeNumbers.unknown
}

/** The usual MIME type for an extension, in lower case without the dot; null if none is known. */
export function mimeFromExtension(extension: string): string | null {
  return names.ofExtension(extension)[0]?.mimes[0] ?? null
}

function beginning(name: string): number {
  return name.length * 256 + (name.charCodeAt(0) | LOWER_CASE)
}

function typeOf([likeliest]: readonly FileTypeDefinition[]): number {
  return likeliest ? fileTypeNumbers[likeliest.category] : fileTypeNumbers.unknown
}

/** The definition at an index of `fileTypeTable`. */
export function definitionAt(index: number): FileTypeDefinition {
  const definition = fileTypeTable[index]
  if (!definition) throw new RangeError(`there is no file type ${index}`)
  return definition
}

/** The index of a definition in `fileTypeTable`. */
export function definitionIndexOf(definition: FileTypeDefinition): number {
  const index = tableIndexes.get(definition)
  if (index === undefined) throw new RangeError(`${definition.id} is not in the table`)
  return index
}
