import { fileTypes } from '../../domain/file-kind.ts'
import { extensionOf } from '../../util/file-name.ts'
import type { FileTypeDefinition } from './definition.ts'
import { NameIndex } from './name.ts'
import { fileTypeTable } from './table/index.ts'

/** What `detectFromExtension` says to each name the table knows, looked up once. */
const names = new NameIndex(fileTypeTable)

/** The likeliest type of a file by its name alone: an index into `fileTypes`. Called for every file of a scan. */
export function detectFromExtension(name: string): number {
  const definition = names.ofName({ name, extension: extensionOf(name) })[0]
  return definition ? fileTypes.indexOf(definition.category) : 0
}

/** The definition with an index of `fileTypeTable`. */
export function definitionAt(index: number): FileTypeDefinition {
  const definition = fileTypeTable[index]
  if (!definition) throw new RangeError(`there is no file type ${index}`)
  return definition
}
