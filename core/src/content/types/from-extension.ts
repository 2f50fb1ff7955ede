import { fileTypes } from '../../domain/file-kind.ts'
import { NameIndex } from './name.ts'
import type { FileName } from './name.ts'
import { fileTypeTable } from './table/index.ts'

const names = new NameIndex(fileTypeTable)
const typesByExtension = new Map(
  fileTypeTable.flatMap(({ extensions }) => extensions.map((extension) => [extension, typeOf(names.ofExtension(extension))])),
)

/** The likeliest type of files with that extension (lower case, no dot), as an index into `fileTypes`; 0, unknown, for any other. */
export function detectFromExtension(extension: string): number {
  return typesByExtension.get(extension) ?? 0
}

/** As `detectFromExtension`, and knows whole names too: a `Makefile` is code. */
export function detectFromName(name: FileName): number {
  return typeOf(names.ofName(name))
}

function typeOf([likeliest]: ReturnType<NameIndex['ofName']>): number {
  return likeliest ? fileTypes.indexOf(likeliest.category) : 0
}
