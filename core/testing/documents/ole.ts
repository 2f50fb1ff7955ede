import { burn } from '@kenjiuno/msgreader/lib/Burner.js'
import { TypeEnum } from '@kenjiuno/msgreader/lib/Reader.js'

/** What is in a folder of an OLE file: streams, and folders. */
interface OleFolder {
  readonly [name: string]: Uint8Array | OleFolder
}

/** Properties of a message, as the names of their streams say them; all of them text in UTF-16. */
const properties = {
  subject: '0037',
  senderName: '0C1A',
  senderEmail: '0C1F',
  body: '1000',
  displayName: '3001',
  fileName: '3707',
  email: '39FE',
}
const UTF16 = '001F'
/** Where the text begins in the document made here. */
const TEXT_AT = 0x800

/** A message as Outlook keeps it. */
export function makeOutlookMessage(message: { subject: string; body: string; to: string; file: string }): Buffer {
  return oleFile({
    '__properties_version1.0': Buffer.alloc(32),
    ...texts({ subject: message.subject, body: message.body, senderName: 'Ann', senderEmail: 'ann@example.org' }),
    '__recip_version1.0_#00000000': { ...texts({ displayName: 'Bob', email: message.to }) },
    '__attach_version1.0_#00000000': { ...texts({ fileName: message.file }) },
  })
}

/** A Word 97 document with one piece of text, in one byte a character. */
export function makeWord97(text: string): Buffer {
  const document = Buffer.alloc(8_192)
  document.writeUInt16LE(0xa5ec, 0)
  document.writeUInt16LE(0x0200, 0x0a)
  document.writeUInt32LE(TEXT_AT, 0x18)
  document.writeUInt32LE(text.length, 0x4c)
  document.write(text, TEXT_AT, 'latin1')
  const table = Buffer.alloc(4_096)
  table.writeUInt8(2, 0)
  table.writeUInt32LE(16, 1)
  table.writeUInt32LE(text.length, 9)
  table.writeUInt32LE(0x40000000 | (TEXT_AT * 2), 15)
  return oleFile({ WordDocument: document, '1Table': table })
}

function texts(values: Partial<Record<keyof typeof properties, string>>): OleFolder {
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [
      `__substg1.0_${properties[name as keyof typeof properties]}${UTF16}`,
      Buffer.from(text, 'utf16le'),
    ]),
  )
}

function oleFile(root: OleFolder): Buffer {
  const entries: Parameters<typeof burn>[0] = []
  const add = (name: string, type: TypeEnum, content: Uint8Array | OleFolder): number => {
    const at = entries.length
    if (content instanceof Uint8Array) {
      // Bytes of their own: the buffer behind these may hold others before them.
      entries.push({ name, type, length: content.length, binaryProvider: () => Uint8Array.from(content) })
      return at
    }
    const children: number[] = []
    entries.push({ name, type, length: 0, children })
    for (const [child, inner] of Object.entries(content))
      children.push(add(child, inner instanceof Uint8Array ? TypeEnum.DOCUMENT : TypeEnum.DIRECTORY, inner))
    return at
  }
  add('Root Entry', TypeEnum.ROOT, root)
  return Buffer.from(burn(entries))
}
