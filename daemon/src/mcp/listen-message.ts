import { ProtocolError } from '@modelcontextprotocol/server'
import { CoreError } from '@spacedrive/core/errors'
import { z } from 'zod'
import { MAX_WATCHED } from './limits.ts'

/** A request of the revision 2026-07-28 for notices of changes. */
const ListenMessage = z.object({
  id: z.union([z.string(), z.number()]),
  method: z.literal('subscriptions/listen'),
  params: z.object({ notifications: z.object({ resourceSubscriptions: z.array(z.string()).default([]) }) }),
})

export interface Listen {
  readonly id: string | number
  readonly uris: readonly string[]
}

/** The resources that a message wants to watch; null if it is another message. The SDK answers wrong ones. */
export function listenIn(message: unknown): Listen | null {
  const parsed = ListenMessage.safeParse(message)
  if (!parsed.success) return null
  const { id, params } = parsed.data
  return { id, uris: params.notifications.resourceSubscriptions }
}

/** Throws `InvalidInput` if it wants to watch too many. */
export function checkListen({ uris }: Listen): void {
  if (uris.length <= MAX_WATCHED) return
  throw new CoreError('InvalidInput', `${uris.length} resources are too many; watch ${MAX_WATCHED} at most`)
}

/** The answer for an error of the protocol; throws any other. */
export function refusalOf({ id }: Listen, err: unknown) {
  if (!(err instanceof ProtocolError)) throw err
  const { code, data, message } = err
  return { jsonrpc: '2.0', id, error: { code, message, data } } as const
}
