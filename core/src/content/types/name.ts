import type { FileTypeDefinition } from './definition.ts'

/** A file's name, and its extension in lower case without the dot; the extension may be empty (`extensionOf`). */
export interface FileName {
  readonly name: string
  readonly extension: string
}

/** The possible types of a file by its name, most likely first. */
export class NameIndex {
  readonly #byExtension: ReadonlyMap<string, readonly FileTypeDefinition[]>
  readonly #byName: ReadonlyMap<string, readonly FileTypeDefinition[]>

  constructor(definitions: readonly FileTypeDefinition[]) {
    const likeliestFirst = definitions.toSorted((a, b) => b.priority - a.priority)
    this.#byExtension = index(likeliestFirst, (definition) => definition.extensions)
    this.#byName = index(likeliestFirst, (definition) => definition.names)
  }

  /** By extension, in lower case without the dot. */
  ofExtension(extension: string): readonly FileTypeDefinition[] {
    return this.#byExtension.get(extension) ?? NONE
  }

  /** By the whole name if it is known (`Makefile`), otherwise by extension. */
  ofName({ name, extension }: FileName): readonly FileTypeDefinition[] {
    return this.#byName.get(name.toLowerCase()) ?? this.ofExtension(extension)
  }
}

function index(
  definitions: readonly FileTypeDefinition[],
  keysOf: (definition: FileTypeDefinition) => readonly string[],
): Map<string, FileTypeDefinition[]> {
  const byKey = new Map<string, FileTypeDefinition[]>()
  for (const definition of definitions) {
    for (const key of keysOf(definition)) byKey.set(key, [...(byKey.get(key) ?? []), definition])
  }
  return byKey
}

const NONE: readonly FileTypeDefinition[] = []
