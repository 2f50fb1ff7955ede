import type { IncomingMessage } from 'node:http'

const SIGNED_IN = Symbol('signed in')

/** Says that a request was let in as one of a known client, so that its connection keeps its slot. */
export function noteSignedIn(request: IncomingMessage): void {
  request.emit(SIGNED_IN)
}

export function onSignedIn(request: IncomingMessage, listener: () => void): void {
  request.once(SIGNED_IN, listener)
}
