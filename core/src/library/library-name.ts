import { basename } from 'node:path'
import { CoreError } from '../util/errors.ts'

/** Checks a name for a library. Throws `InvalidInput` if it is blank. */
export function libraryName(text: string): string {
  const name = text.trim()
  if (name === '') throw new CoreError('InvalidInput', 'a library needs a name')
  return name
}

/**
 * Limit on the name of the library's folder. File systems allow 255 bytes; a suffix and the extra characters of a
 * draft are added to the name.
 */
const MAX_FILE_NAME_BYTES = 160

/** Makes a file name from the name of a library: characters that some file systems refuse become hyphens. */
export function libraryFileName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are replaced here
  let cleaned = basename(name.replaceAll(/[\\/:*?"<>|\u0000-\u001f]/g, '-'))
  while (Buffer.byteLength(cleaned) > MAX_FILE_NAME_BYTES) cleaned = cleaned.replace(/.$/su, '')
  // Windows removes spaces and dots at the end of a name.
  cleaned = cleaned.replace(/[\s.]+$/, '')
  return cleaned === '' ? 'Library' : cleaned
}
