import { createRequire } from 'node:module'
import type * as msgreader from '@kenjiuno/msgreader'
import { CoreError } from '../../../../util/errors.ts'
import { decodeText } from '../decode-text.ts'
import { InnerFiles, MAX_INNER_BYTES } from '../inner-files.ts'
import { collectMessage } from '../message-text.ts'
import { packageVersion } from '../../../../util/package-version.ts'
import type { ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

// The package is CommonJS, and loaders differ in where they find its default export.
const { default: MsgReader } = createRequire(import.meta.url)('@kenjiuno/msgreader') as typeof msgreader.default

/** Reads an Outlook message. */
export const read: ReadText = async (source, maxChars, readInner) => {
  const bytes = await readWhole(source)
  const reader = new MsgReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const fields = reader.getFileData()
  if (fields.dataType !== 'msg') throw new CoreError('Corrupt', 'there is no message in it')
  const out = collectMessage(
    {
      subject: fields.subject ?? '',
      from: person(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail),
      to: (fields.recipients ?? []).map(({ name, smtpAddress, email }) => person(name, smtpAddress ?? email)),
      date: fields.clientSubmitTime ?? fields.messageDeliveryTime ?? '',
      text: fields.body ?? '',
      html: await htmlBody(fields),
      attachments: (fields.attachments ?? [])
        .map(({ fileName, name }) => fileName ?? name ?? '')
        .filter((name) => name !== ''),
    },
    maxChars,
  )
  const inner = new InnerFiles(out, readInner)
  for (const each of fields.attachments ?? []) {
    if (inner.isEnough) break
    // An attached message has no bytes of its own.
    if (each.innerMsgContent || (each.contentLength ?? 0) > MAX_INNER_BYTES) continue
    const data = attachedFile(reader, each)
    if (data) await inner.add(data.fileName, data.content)
  }
  return { engine: { name: 'msgreader', version: packageVersion('@kenjiuno/msgreader') }, ...out.finish() }
}

async function htmlBody({ bodyHtml, html }: msgreader.FieldsData): Promise<string> {
  if (bodyHtml !== undefined) return bodyHtml
  return html === undefined ? '' : decodeText({ bytes: Buffer.from(html), isWhole: true })
}

function person(name = '', address = ''): string {
  if (name === '' || name === address) return address
  return address === '' ? name : `${name} <${address}>`
}

/** An attached file; null if it is damaged, or only a link. */
function attachedFile(
  reader: msgreader.default,
  of: msgreader.FieldsData,
): ReturnType<msgreader.default['getAttachment']> | null {
  try {
    return reader.getAttachment(of)
  } catch {
    return null
  }
}
