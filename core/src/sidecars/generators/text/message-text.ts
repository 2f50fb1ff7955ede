import { collectHtml } from './html-text.ts'
import { PageCollector } from './page-collector.ts'

/** What of an e-mail message is text. */
export interface Message {
  readonly subject: string
  readonly from: string
  readonly to: readonly string[]
  readonly date: string
  readonly text: string
  /** Read where there is no plain text. */
  readonly html: string
  /** Names of files sent along. */
  readonly attachments: readonly string[]
}

/** Attached files named. */
const MAX_ATTACHMENTS = 200

/** A message as one page: whom it is from and to, what it says, what is attached. */
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
