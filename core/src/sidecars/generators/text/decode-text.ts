import { open } from 'node:fs/promises'
import { CoreError } from '../../../util/errors.ts'
import { fsPath, type RawName } from '../../../util/file-name.ts'
import { encodingOf, markedEncoding } from '../../../util/encoding-of.ts'

/** Decodes a text in the encoding that `encodingOf` finds. Throws `Unsupported` if the bytes are not text. */
export async function decodeText({ bytes, isWhole }: FileStart): Promise<string> {
  const encoding = await encodingOf(bytes, isWhole)
  if (encoding === null) throw new CoreError('Unsupported', 'it is not text')
  return new TextDecoder(encoding).decode(bytes, { stream: !isWhole })
}

/** A decoder for text in chunks. The encoding is that of the byte-order mark in the first chunk, or else UTF-8. */
export function decoderFor(firstBytes: Uint8Array): TextDecoder {
  return new TextDecoder(markedEncoding(firstBytes) ?? 'utf-8')
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
