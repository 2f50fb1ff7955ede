import { Parser } from 'htmlparser2'
import { CoreError } from '../../../util/errors.ts'
import { MAX_DEPTH } from './limits.ts'
import { decoderFor } from './decode-text.ts'

/** Callbacks for the parts of a document. Names are without their namespace, unless the prefixes are kept. */
export interface XmlHandler {
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  text?(text: string): void
  close?(name: string): void
  /** Returns true if the rest of the document is not needed. */
  isDone?(): boolean
}

/**
 * Reads XML in chunks. Supports only the five predefined entities and numeric ones: a document cannot define any, so no
 * entity expands without limit or reads a file. Throws `Corrupt` if elements nest too deeply.
 */
export async function readXml(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  handler: XmlHandler,
  { keepPrefixes = false }: { keepPrefixes?: boolean } = {},
): Promise<void> {
  let depth = 0
  const nameOf = keepPrefixes ? (name: string) => name : localName
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > MAX_DEPTH) throw new CoreError('Corrupt', `its elements are nested deeper than ${MAX_DEPTH}`)
        handler.open?.(nameOf(name), attributes)
      },
      ontext: (text) => handler.text?.(text),
      onclosetag(name) {
        depth--
        handler.close?.(nameOf(name))
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  let decoder: TextDecoder | null = null
  for await (const chunk of chunks) {
    decoder ??= decoderFor(chunk)
    parser.write(decoder.decode(chunk, { stream: true }))
    if (handler.isDone?.()) return
  }
  parser.end()
}

/** An attribute by its name without a namespace. */
export function attribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  const key = Object.keys(attributes).find((each) => localName(each) === name)
  return key === undefined ? undefined : attributes[key]
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
