import PostalMime, { type Address } from 'postal-mime'
import { readStart } from '../decode-text.ts'
import { InnerFiles, MAX_INNER_BYTES } from '../inner-files.ts'
import { collectMessage } from '../message-text.ts'
import { packageVersion } from '../../../../util/package-version.ts'
import type { ReadText } from '../reader.ts'

/** Limit on the bytes of a message. The rest of a longer message is mostly attached files. */
const MAX_BYTES = 16 * 2 ** 20
/** Limit on the nesting of message parts. */
const MAX_NESTING = 50

/** Reads an e-mail message. In Apple Mail's format, the length of the message is on a line before it. */
export const read: ReadText = async (source, maxChars, readInner) => {
  const { bytes, isWhole } = await readStart(source, MAX_BYTES)
  const length = /^\d{1,12} *\r?\n/.exec(bytes.subarray(0, 20).toString('latin1'))?.[0].length ?? 0
  const email = await PostalMime.parse(bytes.subarray(length), {
    maxNestingDepth: MAX_NESTING,
    rfc822Attachments: false,
  })
  const out = collectMessage(
    {
      subject: email.subject ?? '',
      from: email.from ? addressText(email.from) : '',
      to: [...(email.to ?? []), ...(email.cc ?? [])].map(addressText),
      date: email.date ?? '',
      text: email.text ?? '',
      html: email.html ?? '',
      attachments: email.attachments.map(({ filename }) => filename ?? '').filter((name) => name !== ''),
    },
    maxChars,
  )
  const inner = new InnerFiles(out, readInner)
  for (const { content, filename } of email.attachments) {
    if (inner.isEnough) break
    const data = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
    if (data.length <= MAX_INNER_BYTES) await inner.add(filename ?? '', data)
  }
  if (!isWhole) out.cut()
  return { engine: { name: 'postal-mime', version: packageVersion('postal-mime') }, ...out.finish() }
}

function addressText(address: Address): string {
  if (address.group) return `${address.name}: ${address.group.map(addressText).join(', ')}`
  return named(address.name, address.address)
}

function named(name: string, address: string): string {
  if (name === '' || name === address) return address
  return address === '' ? name : `${name} <${address}>`
}
