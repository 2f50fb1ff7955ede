import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { CoreError } from '../../../util/errors.ts'
import { fsPath, type RawName } from '../../../util/file-name.ts'

/** Bytes examined for a NUL, which appears early in binary files. */
const EXAMINED_BYTES = 8_192
/** A truncated UTF-8 character at the end has at most this many bytes. */
const MAX_CUT_BYTES = 3

/**
 * Decodes text: as the byte-order mark states, or else as UTF-8 if it is valid, or else as Windows-1252, which accepts
 * any bytes.
 */
export function decodeText({ bytes, isWhole }: FileStart): string {
  const encoding = markedEncoding(bytes) ?? (isUtf8Start(bytes, isWhole ? 0 : MAX_CUT_BYTES) ? 'utf-8' : 'windows-1252')
  return new TextDecoder(encoding).decode(bytes, { stream: !isWhole })
}

/** Throws `Unsupported` if the first bytes of a file are not text, that is, contain a NUL and no byte-order mark. */
export function assertText(bytes: Buffer): void {
  if (markedEncoding(bytes) === null && bytes.subarray(0, EXAMINED_BYTES).includes(0))
    throw new CoreError('Unsupported', 'it is not text')
}

/** A decoder for text in chunks: as the byte-order mark of the first chunk states, or else UTF-8. */
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
  /** Whether these are all bytes of the file. */
  readonly isWhole: boolean
}

/** Reads at most `maxBytes` from the beginning of a file. */
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
