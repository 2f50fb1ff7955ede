import { extensionOf } from '../../util/file-name.ts'
import { fileSource, readFully, withRegularFile } from '../regular-file.ts'
import type { FilePath, ReadFailure } from '../regular-file.ts'
import type { FileTypeDefinition } from './definition.ts'
import type { Identification, Identifier } from './identify.ts'

/** Bytes read from the beginning, for all rules. Rules that need bytes further in read them on request. */
const HEAD_BYTES = 16_384

/** A larger beginning, for the slower look at unrecognised bytes. */
const SECOND_LOOK_BYTES = 65_536

/** Identifies a file on disk. `name` is its last path component, as text. */
export async function identifyFile(
  identifier: Identifier,
  { path, name }: { readonly path: FilePath; readonly name: string },
): Promise<Identification | ReadFailure> {
  const file = { name, extension: extensionOf(name) }
  let bytes: Uint8Array = new Uint8Array(0)
  const first = withRegularFile(path, (fd, stat) => {
    const size = Number(stat.size)
    bytes = readHead(fd, Math.min(size, HEAD_BYTES))
    const found = identifier.identify(fileSource(fd, size, bytes), file)
    if (found.undecided) bytes = readHead(fd, Math.min(size, SECOND_LOOK_BYTES))
    return found
  })
  if ('state' in first || !first.undecided) return first
  const definition = await secondLook(bytes, identifier)
  return definition ? identifier.identifyAs(definition, file) : first
}

/** Asks file-type, which knows rare formats. It is loaded when the rules here first fail to recognise a file. */
async function secondLook(bytes: Uint8Array, identifier: Identifier): Promise<FileTypeDefinition | null> {
  const { fileTypeFromBuffer } = await import('file-type')
  // It throws on some truncated files.
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined)
  if (!found) return null
  const named = identifier.names.ofExtension(found.ext).filter((each) => !each.text)
  return named.find((each) => each.mimes.includes(found.mime)) ?? named[0] ?? null
}

function readHead(fd: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, readFully(fd, bytes, { start: 0, length, position: 0 }))
}
