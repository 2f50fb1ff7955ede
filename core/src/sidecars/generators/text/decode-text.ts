import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { CoreError } from '../../../util/errors.ts'
import { fsPath, type RawName } from '../../../util/file-name.ts'

/** A NUL comes early where bytes are not text. */
const EXAMINED_BYTES = 8_192
/** A character of UTF-8 that was cut at the end has lost at most so many bytes. */
const MAX_CUT_BYTES = 3

/** Text as its byte-order mark says, else UTF-8 where it is that, else Windows-1252, which takes any bytes. */
export function decodeText({ bytes, isWhole }: FileStart): string {
  const encoding = markedEncoding(bytes) ?? (isUtf8Start(bytes, isWhole ? 0 : MAX_CUT_BYTES) ? 'utf-8' : 'windows-1252')
  return new TextDecoder(encoding).decode(bytes, { stream: !isWhole })
}

/** Throws `Unsupported` where bytes from the beginning of a file are no text: it has no NUL, but for UTF-16, which has its mark. */
export function assertText(bytes: Buffer): void {
  if (markedEncoding(bytes) === null && bytes.subarray(0, EXAMINED_BYTES).includes(0))
    throw new CoreError('Unsupported', 'it is not text')
}

/** For bytes that come in pieces: as the mark of the first says, else UTF-8. */
export function decoderFor(firstBytes: Uint8Array): TextDecoder {
  return new TextDecoder(markedEncoding(firstBytes) ?? 'utf-8')
}

export function markedEncoding(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : null
}

export interface FileStart {
  readonly bytes: Buffer
  /** The file has no more. */
  readonly isWhole: boolean
}

/** At most `maxBytes` from the beginning of a file. */
export async function readStart(source: RawName, maxBytes: number): Promise<FileStart> {
  await using file = await open(fsPath(source))
  const { size } = await file.stat()
  const bytes = Buffer.alloc(Math.min(size, maxBytes))
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return { bytes: bytes.subarray(0, length), isWhole: size <= maxBytes }
}

function isUtf8Start(bytes: Uint8Array, maxCut: number): boolean {
  for (let cut = 0; cut <= maxCut; cut++) if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true
  return false
}
