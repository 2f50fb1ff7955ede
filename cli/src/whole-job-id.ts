import { CoreError } from '@spacedrive/core/errors'
import type { Session } from './session.ts'
import { isShortId, isWholeId } from './short-id.ts'

/** As many as one call lists. */
const MAX_JOBS = 1_000

/** `job list` shows the end of an id; that is enough to name the job again. Throws NotFound, or Conflict where several end so. */
export async function wholeJobId(text: string, session: Session): Promise<string> {
  if (isWholeId(text)) return text.toLowerCase()
  const jobs = isShortId(text) ? await session.query('jobs.list', { limit: MAX_JOBS }) : []
  const [found, another] = jobs.filter(({ id }) => id.endsWith(text.toLowerCase()))
  if (!found) throw new CoreError('NotFound', `there is no job "${text}"; see \`spacedrive job list\``)
  if (another)
    throw new CoreError('Conflict', `several jobs end in ${text}; \`spacedrive job list --verbose\` shows whole ids`)
  return found.id
}
