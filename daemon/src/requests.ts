import { events, type EventType } from '@spacedrive/core/events'
import { z } from 'zod'

const RequestId = z.union([z.number(), z.string().max(100)])

/** A message of a client: a request, or without an id a notification. */
export const Request = z.object({
  jsonrpc: z.literal('2.0'),
  id: RequestId.optional(),
  method: z.string().max(100),
  params: z.unknown().optional(),
  library: z.string().max(1_000).optional(),
  confirm: z.boolean().optional(),
})
export type Request = z.infer<typeof Request>

export const Cancel = z.object({ id: RequestId })

export const Subscribe = z.strictObject({
  subscription: z.number(),
  types: z.array(z.enum(Object.keys(events) as EventType[])).exactOptional(),
  library: z.string().exactOptional(),
  path: z.string().exactOptional(),
  since: z.int().min(0).exactOptional(),
})

export const Unsubscribe = z.object({ subscription: z.number() })
