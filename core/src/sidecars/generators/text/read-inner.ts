import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { FileTypeRegistry } from '../../../content/index.ts'
import { CoreError } from '../../../util/errors.ts'
import type { ContentFacts } from '../generator.ts'
import type { FileText } from './reader.ts'

const types = new FileTypeRegistry()

/** The type of a file inside another one, by its name and its bytes; null if it is unknown. */
export function innerContent(name: string, bytes: Uint8Array): ContentFacts | null {
  const { definition } = types.identifyBytes(bytes, name)
  return definition && { type: definition.category, mime: definition.mimes[0] ?? null, size: bytes.length }
}

/** The type of a file by its name alone; null if the name does not tell. */
export function namedContent(name: string, size: number): ContentFacts | null {
  const definition = types.detectFromExtension(name)
  return definition && { type: definition.category, mime: definition.mimes[0] ?? null, size }
}

/**
 * Writes the bytes to a temporary file, because readers need files, and calls `read` with it. Null if `read` fails
 * because of the file.
 */
export async function asFile(
  name: string,
  bytes: Uint8Array,
  read: (path: string) => Promise<FileText>,
): Promise<FileText | null> {
  const folder = await mkdtemp(join(tmpdir(), 'inner-'))
  try {
    // A name from an archive may be too long, or may lead out of the folder. Only its extension is used.
    const path = join(folder, `inner${/^\.\w{1,10}$/.exec(extname(name))?.[0] ?? ''}`)
    await writeFile(path, bytes, { mode: 0o600 })
    return await read(path)
  } catch (err) {
    if (err instanceof CoreError && err.code !== 'DiskFull') return null
    throw err
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
