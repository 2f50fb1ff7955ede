import type { Ops } from '@spacedrive/daemon/ops'
import { CoreError } from '@spacedrive/core/errors'
import type { Session } from './session.ts'
import { isShortId, isWholeId } from './short-id.ts'

/** As many as one call lists. */
const MAX_LISTED = 1_000

interface Things {
  /** As a message calls one: `job`. */
  readonly noun: string
  /** The query that lists them. */
  readonly list: keyof Ops
}

/** A list shows the end of an id; that is enough to name the thing again. Throws NotFound, or Conflict if several ids end so. */
export async function wholeId(text: string, { list, noun }: Things, session: Session): Promise<string> {
  if (isWholeId(text)) return text.toLowerCase()
  const lister = session.context.commands.find(({ operation }) => operation?.name === list)
  const command = ['spacedrive', ...(lister?.words ?? [])].join(' ')
  const input = lister?.operation?.input.properties?.limit ? { limit: MAX_LISTED } : {}
  const listed = isShortId(text) ? await session.call({ name: list }, input) : []
  const [found, another] = (listed as readonly { id: string }[]).filter(({ id }) => id.endsWith(text.toLowerCase()))
  if (!found) throw new CoreError('NotFound', `there is no ${noun} "${text}"; see \`${command}\``)
  if (another)
    throw new CoreError('Conflict', `several ${noun}s end in ${text}; \`${command} --verbose\` shows whole ids`)
  return found.id
}
