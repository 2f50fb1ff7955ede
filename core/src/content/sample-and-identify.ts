import { basename } from 'node:path'
import { displayName, extensionOf, fsPath, type RawName } from '../util/file-name.ts'
import type { HashContext } from './answer-hash.ts'
import type { ContentHasher } from './content-hash.ts'
import type { HashBatchBuilder } from './hash-batch.ts'
import { definitionIndexOf } from './types/detect.ts'
import { identifyFile } from './types/identify-file.ts'
import { type Identification, Identifier } from './types/identify.ts'
import { fileTypeTable } from './types/table/index.ts'

const identifier = new Identifier(fileTypeTable)

/**
 * Hashes files and identifies their types, with one reading for both. A few files are read again, because their type
 * needs a slower check.
 */
export async function sampleAndIdentify(
  paths: readonly RawName[],
  { builder, hasher }: { readonly builder: HashBatchBuilder; readonly hasher: ContentHasher },
  { stopped, answered }: HashContext,
): Promise<void> {
  const undecided: number[] = []
  for (const [index, path] of paths.entries()) {
    if (stopped()) break
    answered?.()
    const name = nameOf(path)
    const file = { name, extension: extensionOf(name) }
    let found: Identification | undefined
    const result = hasher.sampled(fsPath(path), (source) => (found = identifier.identify(source, file)))
    builder.setResult(index, result)
    if (found && result.state !== 'changed') setType(builder, index, found)
    if (found?.undecided) undecided.push(index)
  }
  for (const index of undecided) {
    answered?.()
    const path = paths[index]!
    const found = await identifyFile(identifier, { path: fsPath(path), name: nameOf(path) })
    if (!('state' in found)) setType(builder, index, found)
  }
}

function setType(builder: HashBatchBuilder, index: number, { definition, confidence, conflict }: Identification): void {
  if (definition) builder.setType(index, { definition: definitionIndexOf(definition), confidence, conflict })
}

function nameOf(path: RawName): string {
  return basename(displayName(path))
}
