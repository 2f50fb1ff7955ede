import type { Event, EventType } from '@spacedrive/core/events'
import type { ErrorCode } from '@spacedrive/core/errors'

/**
 * Version of the protocol between client and daemon: JSON-RPC 2.0, one document per frame. Raised when the two would no longer
 * understand each other; `hello` and `daemon.stop` stay as they are for ever, so that a newer command can always
 * replace an older daemon.
 */
export const PROTOCOL = 1

/** The requests that are not operations, and the notifications. Every other method is the name of an operation. */
export const methods = {
  /** The first request on a connection: `HelloParams` → `Hello`. */
  hello: 'hello',
  /** Ends the daemon: `{}` → `{}`, then the connection closes. */
  stop: 'daemon.stop',
  /** `SubscribeParams` → `Subscribed`. */
  subscribe: 'events.subscribe',
  /** Client to daemon, no answer: `{ subscription }`. */
  unsubscribe: 'events.unsubscribe',
  /** Client to daemon, no answer: `{ id }` of a request that is no longer wanted. */
  cancel: '$/cancel',
  /** Daemon to client, no answer: `EventParams`. */
  event: 'event',
} as const

export interface HelloParams {
  readonly version: string
  readonly protocol: number
}

/** The daemon that answers. */
export interface Hello {
  readonly version: string
  readonly protocol: number
  readonly pid: number
  readonly instance: string
  readonly dataDir: string
  /** No job or request runs or waits, and no other client is connected: a restart disturbs no user. */
  readonly idle: boolean
}

export interface EventFilter {
  /** Every type by default. */
  readonly types?: readonly EventType[] | undefined
  /** Name or id: only events of this library. */
  readonly library?: string | undefined
  /** Only events about this absolute path or something below it. */
  readonly path?: string | undefined
}

export interface SubscribeParams extends EventFilter {
  /** A number the client has not in use; it stands on every event. */
  readonly subscription: number
  /** Begin with the events after this number, as far as they are kept. */
  readonly since?: number | undefined
}

export interface Subscribed {
  /** The number of the last event before the subscription. */
  readonly seq: number
  /** False: some of the events after `since` are no longer kept, so ask for the state again. */
  readonly complete: boolean
}

/** Stands where `count` events were dropped because the client reads too slowly; ask for the state again. */
export interface Missed {
  readonly type: 'missed'
  readonly count: number
}

export interface EventParams {
  readonly subscription: number
  readonly event: Event | Missed
}

export type RequestId = number | string

export interface Request {
  readonly jsonrpc: '2.0'
  readonly id: RequestId
  readonly method: string
  readonly params?: unknown
  /** Name or id of the library an operation is about; the current one by default. */
  readonly library?: string | undefined
  /** True once the user has agreed to what the operation destroys. */
  readonly confirm?: boolean | undefined
}

export interface WireError {
  /** The number of JSON-RPC. Programs should use `data.code` instead. */
  readonly code: number
  readonly message: string
  readonly data: { readonly code: ErrorCode; readonly details: unknown }
}

export type Response = { readonly jsonrpc: '2.0'; readonly id: RequestId | null } & (
  | { readonly result: unknown }
  | { readonly error: WireError }
)

export interface Notification {
  readonly jsonrpc: '2.0'
  readonly method: string
  readonly params: unknown
}
