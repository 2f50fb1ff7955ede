import { CFB } from '@e965/xlsx'

/** The part of SheetJS's OLE reader that is used here. */
interface OleReader {
  read(bytes: Uint8Array, options: { type: 'buffer' }): unknown
  find(file: unknown, name: string): { readonly content?: Uint8Array } | null
}

/** The streams in an OLE file, such as a document of Office 97. */
export interface OleFile {
  /** The bytes of a stream; null if there is no stream with this name. */
  stream(name: string): Buffer | null
}

/** Throws SheetJS's error if the bytes are not an OLE file. */
export function openOle(bytes: Uint8Array): OleFile {
  const ole = CFB as OleReader
  const file = ole.read(bytes, { type: 'buffer' })
  return {
    stream(name) {
      const content = ole.find(file, name)?.content
      return content === undefined ? null : Buffer.from(content)
    },
  }
}

const MARK = Buffer.from('d0cf11e0a1b11ae1', 'hex')

export function isOle(bytes: Uint8Array): boolean {
  return MARK.equals(bytes.subarray(0, MARK.length))
}
