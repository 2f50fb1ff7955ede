import { isUtf8 } from 'node:buffer'
import type { FileTypeRegistry } from '@spacedrive/core'

/** The beginning of a file that its type is told from. */
export const HEAD_BYTES = 16_384

const UNKNOWN = 'application/octet-stream'

/** Types that our page would run or apply if an attacker made it load a user's file. */
const ACTIVE = /^(?:text|application)\/(?:x-)?(?:javascript|ecmascript|jscript|livescript|css|xsl|xslt\+xml)/

/** Texts that say in themselves how they are encoded, which a header would overrule. */
const SELF_DESCRIBED = /[/+](?:x?html|xml)/

const TEXT = /^text\/|[/+](?:json|xml|yaml|toml|sql|x-sh|rtf)|^application\/(?:json|xml|yaml|toml|sql|x-ndjson)/

/** Whether more than the type has to be known: how the text is encoded. */
export function isText(mime: string): boolean {
  return TEXT.test(mime)
}

export interface FileStart {
  readonly name: string
  readonly size: number
  readonly head: Uint8Array
}

/** The type of a file by its name and its beginning. */
export function detectMime({ head, name, size }: FileStart, types: FileTypeRegistry): string {
  const { definition } = types.identifyBytes(head, name, size)
  return definition?.mimes[0] ?? (definition?.text ? 'text/plain' : UNKNOWN)
}

/** The value of `Content-Type`. A text gets its encoding if that is certain; for other types, `head` may be empty. */
export function contentType(mime: string, { head, size }: Pick<FileStart, 'head' | 'size'>): string {
  const shown = ACTIVE.test(mime) ? 'text/plain' : mime
  if (!isText(shown)) return shown
  const charset = charsetOf(head, head.length >= size, SELF_DESCRIBED.test(shown))
  return charset === null ? shown : `${shown}; charset=${charset}`
}

/** Most bytes that a cut UTF-8 character can have at the end. */
const MAX_CUT_BYTES = 3

function charsetOf(head: Uint8Array, isWhole: boolean, isSelfDescribed: boolean): string | null {
  const [a, b, c] = head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  // ASCII characters do not show the encoding of the rest.
  if (isSelfDescribed && head.every((byte) => byte < 0x80)) return null
  for (let cut = 0; cut <= (isWhole ? 0 : MAX_CUT_BYTES); cut++)
    if (isUtf8(head.subarray(0, head.length - cut))) return 'utf-8'
  return null
}
