import { collectHtml } from './html-text.ts'
import { PageCollector } from './page-collector.ts'

/** The text parts of an e-mail message. */
export interface Message {
  readonly subject: string
  readonly from: string
  readonly to: readonly string[]
  readonly date: string
  readonly text: string
  /** Used if there is no plain text. */
  readonly html: string
  /** Names of attached files. */
  readonly attachments: readonly string[]
}

/** Limit on attachments that are named. */
const MAX_ATTACHMENTS = 200

/** A message as one page: sender and recipients, text, names of attachments. */
export function collectMessage(message: Message, maxChars: number): PageCollector {
  const { subject, from, to, date, text, html, attachments } = message
  const out = new PageCollector(maxChars)
  out.begin(subject)
  const head = { From: from, To: to.join(', '), Date: date, Subject: subject }
  for (const [name, value] of Object.entries(head)) if (value !== '') out.add(`${name}: ${value}\n`)
  out.add('\n')
  if (text.trim() !== '') out.add(text)
  else if (html !== '') collectHtml(html, out)
  if (attachments.length > 0) out.add(`\n\nAttachments: ${attachments.slice(0, MAX_ATTACHMENTS).join(', ')}\n`)
  return out
}
