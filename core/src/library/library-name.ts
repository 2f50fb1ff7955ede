import { basename } from 'node:path'
import { CoreError } from '../util/errors.ts'

/** Throws `InvalidInput` for a name of blanks. */
export function libraryName(text: string): string {
  const name = text.trim()
  if (name === '') throw new CoreError('InvalidInput', 'a library needs a name')
  return name
}

/** A file system takes names of 255 bytes; the suffix and a draft's own are added to this. */
const MAX_FILE_NAME_BYTES = 160

/** A library's name as a file name: what some file system refuses becomes a hyphen. */
export function libraryFileName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  let cleaned = basename(name.replaceAll(/[\\/:*?"<>|\u0000-\u001f]/g, '-'))
  while (Buffer.byteLength(cleaned) > MAX_FILE_NAME_BYTES) cleaned = cleaned.replace(/.$/su, '')
  // Windows drops blanks and dots at the end.
  cleaned = cleaned.replace(/[\s.]+$/, '')
  return cleaned === '' ? 'Library' : cleaned
}
