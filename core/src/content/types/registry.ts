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

/** Every file type known, and what a file is. One for a program is enough; it holds no state. */
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

  /** The likeliest type of a file of that name, by nothing but the name. */
  detectFromExtension(name: string): FileTypeDefinition | null {
    return this.#identifier.fromName({ name, extension: extensionOf(name) }).definition
  }

  /** By name and bytes. Throws `NotFound`, `PermissionDenied` or `Unavailable` where the file cannot be read. */
  async identify(path: FilePath): Promise<Identification> {
    const text = displayName(typeof path === 'string' ? path : bytesToName(path))
    const found = await identifyFile(this.#identifier, { path, name: basename(text) })
    if (!('state' in found)) return found
    const code = found.code === 'ENOENT' ? 'NotFound' : found.code === 'EACCES' ? 'PermissionDenied' : 'Unavailable'
    throw new CoreError(code, `cannot identify ${text}: ${found.message}`)
  }

  /** By bytes at hand and a name, which may be empty. `size` is the file's, where the bytes are only its beginning. */
  identifyBytes(bytes: Uint8Array, name = '', size: number = bytes.length): Identification {
    return this.#identifier.identify(bytesSource(bytes, size), { name, extension: extensionOf(name) })
  }
}
