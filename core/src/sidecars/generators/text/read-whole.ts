import { CoreError } from '../../../util/errors.ts'
import type { RawName } from '../../../util/file-name.ts'
import { readStart } from './decode-text.ts'
import { MAX_WHOLE_BYTES } from './limits.ts'

/** Reads a file into memory. Throws `Unsupported` if it is too large. */
export async function readWhole(source: RawName, maxBytes: number = MAX_WHOLE_BYTES): Promise<Buffer> {
  const { bytes, isWhole } = await readStart(source, maxBytes)
  if (!isWhole) throw new CoreError('Unsupported', `it is larger than ${maxBytes / 2 ** 20} MiB`)
  return bytes
}
