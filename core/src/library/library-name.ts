import { basename } from 'node:path'
import { CoreError } from '../util/errors.ts'

/** Throws `InvalidInput` for a blank name. */
export function libraryName(text: string): string {
  const name = text.trim()
  if (name === '') throw new CoreError('InvalidInput', 'a library needs a name')
  return name
}

/** File systems limit names to 255 bytes; a suffix and the extra characters of a draft are added to this. */
const MAX_FILE_NAME_BYTES = 160

/** A library's name as a file name: characters that some file systems refuse become hyphens. */
export function libraryFileName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  let cleaned = basename(name.replaceAll(/[\\/:*?"<>|\u0000-\u001f]/g, '-'))
  while (Buffer.byteLength(cleaned) > MAX_FILE_NAME_BYTES) cleaned = cleaned.replace(/.$/su, '')
  // Windows drops spaces and dots at the end.
  cleaned = cleaned.replace(/[\s.]+$/, '')
  return cleaned === '' ? 'Library' : cleaned
}
