import { basename } from 'node:path'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, extensionOf } from '../../util/file-name.ts'
import type { FilePath } from '../regular-file.ts'
import { bytesSource } from './byte-source.ts'
import type { FileTypeDefinition } from './definition.ts'
import { Identifier } from './identify.ts'
import type { Identification } from './identify.ts'
import { identifyFile } from './identify-file.ts'
import { fileTypeTable } from './table/index.ts'

/** All known file types, and the identification of files. It has no other state, so a program needs only one. */
export class FileTypeRegistry {
  readonly definitions: readonly FileTypeDefinition[]
  readonly #identifier: Identifier
  readonly #byId: ReadonlyMap<string, FileTypeDefinition>

  constructor(definitions: readonly FileTypeDefinition[] = fileTypeTable) {
    this.definitions = definitions
    this.#identifier = new Identifier(definitions)
    this.#byId = new Map(definitions.map((definition) => [definition.id, definition]))
  }

  get(id: string): FileTypeDefinition | null {
    return this.#byId.get(id) ?? null
  }

  byMime(mime: string): FileTypeDefinition | null {
    return this.definitions.find((definition) => definition.mimes.includes(mime)) ?? null
  }

  /** The most likely type from the name alone. */
  detectFromExtension(name: string): FileTypeDefinition | null {
    return this.#identifier.fromName({ name, extension: extensionOf(name) }).definition
  }

  /**
   * Identifies from name and bytes. Throws `NotFound`, `PermissionDenied` or `Unavailable` if the file cannot be read.
   */
  async identify(path: FilePath): Promise<Identification> {
    const text = displayName(typeof path === 'string' ? path : bytesToName(path))
    const found = await identifyFile(this.#identifier, { path, name: basename(text) })
    if (!('state' in found)) return found
    const code = found.code === 'ENOENT' ? 'NotFound' : found.code === 'EACCES' ? 'PermissionDenied' : 'Unavailable'
    throw new CoreError(code, `cannot identify ${text}: ${found.message}`)
  }

  /**
   * Identifies from bytes in memory and a name, which may be empty. If the bytes are only a beginning, `size` is the
   * file's size.
   */
  identifyBytes(bytes: Uint8Array, name = '', size: number = bytes.length): Identification {
    return this.#identifier.identify(bytesSource(bytes, size), { name, extension: extensionOf(name) })
  }
}
