import { createRequire } from 'node:module'
import type * as msgreader from '@kenjiuno/msgreader'
import { CoreError } from '../../../../util/errors.ts'
import { decodeText } from '../decode-text.ts'
import { collectMessage } from '../message-text.ts'
import { packageVersion } from '../../../../util/package-version.ts'
import type { ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

// The package is CommonJS, and loaders differ in where they find its default export.
const { default: MsgReader } = createRequire(import.meta.url)('@kenjiuno/msgreader') as typeof msgreader.default

/** Reads an Outlook message. */
export const read: ReadText = async (source, maxChars) => {
  const bytes = await readWhole(source)
  const fields = new MsgReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)).getFileData()
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
