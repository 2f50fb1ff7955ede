import { StreamReader } from '../util/byte-reader.ts'
import { CoreError } from '../util/errors.ts'
import { readTarHeader } from '../util/tar-header.ts'

/** A file in a tar. Its data must be read before the next member is requested; otherwise it is skipped. */
export interface TarMember {
  readonly path: string
  readonly size: number
  readonly data: AsyncIterable<Buffer>
}

/** More members than packages and most archives have. */
const MAX_MEMBERS = 10_000
/** Types of members that are files. */
const FILES: ReadonlySet<string> = new Set(['0', '7'])

/**
 * The files of a tar. Throws `Corrupt` if it is none, is damaged or ends too early. The chunks are closed when the
 * caller stops. If there are more than 10,000 members, calls `onCut` and ends; without `onCut`, throws `Corrupt`.
 */
export async function* readTarMembers(
  chunks: AsyncIterable<Buffer>,
  { onCut }: { readonly onCut?: () => void } = {},
): AsyncGenerator<TarMember> {
  const reader = new StreamReader(chunks)
  try {
    for (let count = 1; ; count++) {
      const header = await readTarHeader(reader)
      if (!header) break
      if (!Number.isSafeInteger(header.dataBytes))
        throw new CoreError('Corrupt', 'it is no tar archive: a file in it is too large')
      if (count > MAX_MEMBERS) {
        if (onCut) return onCut()
        throw new CoreError('Corrupt', `the archive has more than ${MAX_MEMBERS} files`)
      }
      const data = reader.pieces(header.dataBytes)
      if (FILES.has(header.type)) yield { path: header.path.toString(), size: header.dataBytes, data }
      for await (const _ of data);
      await reader.skip(header.dataBlockBytes - header.dataBytes)
    }
    // The rest is read too, because the checksum is that of the whole.
    await reader.skip(Number.MAX_SAFE_INTEGER)
  } finally {
    await reader.close()
  }
}
