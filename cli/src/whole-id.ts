import type { Ops } from '@spacedrive/daemon/ops'
import { CoreError } from '@spacedrive/core/errors'
import { hasPartialId } from '@spacedrive/core/partial-id'
import type { Session } from './session.ts'
import { isWholeId } from './short-id.ts'

/** As many as one call lists. */
const MAX_LISTED = 1_000

/**
 * The whole id for its end, which lists show, or for its beginning. Throws NotFound, or Conflict if several ids begin or
 * end so. `list`: the query that lists the objects.
 */
export async function wholeId(text: string, list: keyof Ops, session: Session): Promise<string> {
  if (isWholeId(text)) return text.toLowerCase()
  const lister = session.context.commands.find(({ operation }) => operation?.name === list)
  const command = ['spacedrive', ...(lister?.words ?? [])].join(' ')
  const { all, limit } = lister?.operation?.input.properties ?? {}
  const input = { ...(limit && { limit: MAX_LISTED }), ...(all && { all: true }) }
  // `jobs.list` lists jobs.
  const noun = list.slice(0, list.indexOf('.') - 1)
  const listed = (await session.call({ name: list }, input)) as readonly { id: string }[]
  const same = listed.find(({ id }) => id === text)
  if (same) return same.id
  const [found, another] = listed.filter(({ id }) => hasPartialId(id, text))
  if (!found) throw new CoreError('NotFound', `there is no ${noun} "${text}"; see \`${command}\``)
  if (another)
    throw new CoreError(
      'Conflict',
      `several ${noun}s have an id that begins or ends with ${text}; \`${command} --verbose\` shows whole ids`,
    )
  return found.id
}
