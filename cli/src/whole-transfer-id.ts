import { CoreError } from '@spacedrive/core/errors'
import type { Session } from './session.ts'
import { isShortId, isWholeId } from './short-id.ts'

/** `network transfers` shows the end of an id; that is enough. Throws NotFound, or Conflict where several end so. */
export async function wholeTransferId(text: string, session: Session): Promise<string> {
  if (isWholeId(text)) return text.toLowerCase()
  const transfers = isShortId(text) ? await session.query('transfers.list', {}) : []
  const [found, another] = transfers.filter(({ id }) => id.endsWith(text.toLowerCase()))
  if (!found) throw new CoreError('NotFound', `there is no transfer "${text}"; see \`spacedrive network transfers\``)
  if (another)
    throw new CoreError('Conflict', `several transfers end in ${text}; \`network transfers --verbose\` shows whole ids`)
  return found.id
}
