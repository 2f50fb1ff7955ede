import type { FileTypeRegistry } from '@spacedrive/core'
import { encodingOf, markedEncoding } from '@spacedrive/core/encoding'

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

/** The value of `Content-Type`. A text gets its encoding; for other types, `head` may be empty. */
export async function contentType(mime: string, { head, size }: Pick<FileStart, 'head' | 'size'>): Promise<string> {
  const shown = ACTIVE.test(mime) ? 'text/plain' : mime
  if (!isText(shown)) return shown
  const charset = await charsetOf(head, { isWhole: head.length >= size, isSelfDescribed: SELF_DESCRIBED.test(shown) })
  return charset === null ? shown : `${shown}; charset=${charset}`
}

/** Null if a self-described text must be asked itself: ASCII does not show the encoding of the rest, and a guess is none. */
async function charsetOf(
  head: Uint8Array,
  { isSelfDescribed, isWhole }: { isSelfDescribed: boolean; isWhole: boolean },
): Promise<string | null> {
  const marked = markedEncoding(head)
  if (marked !== null || (isSelfDescribed && head.every((byte) => byte < 0x80))) return marked
  const found = await encodingOf(Buffer.from(head.buffer, head.byteOffset, head.byteLength), isWhole)
  return isSelfDescribed && found !== 'utf-8' ? null : found
}
