import { fileTypes } from '../../domain/file-kind.ts'
import { extensionOf } from '../../util/file-name.ts'
import type { FileTypeDefinition } from './definition.ts'
import { NameIndex } from './name.ts'
import { fileTypeTable } from './table/index.ts'

const names = new NameIndex(fileTypeTable)
const typeIndexes = new Map(fileTypeTable.map((definition) => [definition, fileTypes.indexOf(definition.category)]))
const tableIndexes = new Map(fileTypeTable.map((definition, index) => [definition, index]))

/** The likeliest type of a file by its name alone: an index into `fileTypes`. Called for every file of a scan. */
export function detectFromExtension(name: string): number {
  const likeliest = names.ofName({ name, extension: extensionOf(name) })[0]
  return likeliest ? typeIndexes.get(likeliest)! : 0
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
