import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { mediaStatement } from '@spacedrive/client/page-session'
import { HttpError } from '../http/problem.ts'

export interface MediaSignatureDeps {
  /** The key that signs addresses for a session; null if the session is over. */
  readonly keyOf: (session: string) => Buffer | null
  readonly now: () => number
}

const SIGNED = /^(.+)[?&]session=([\w-]{1,64})&until=(\d{1,16})&sig=([\w-]{43})$/

/** The session of an address that a page has signed. Throws 401 for one that was not, or not for this file, or too long ago. */
export function signedSession({ url = '' }: IncomingMessage, { keyOf, now }: MediaSignatureDeps): string {
  const [, address, session, until, signature] = SIGNED.exec(url) ?? []
  const key = session === undefined ? null : keyOf(session)
  if (!key || Number(until) <= now()) throw refused()
  const right = createHmac('sha256', key).update(
    mediaStatement({ address: address!, session: session!, until: until! }),
  )
  if (!timingSafeEqual(right.digest(), Buffer.from(signature!, 'base64url'))) throw refused()
  return session!
}

function refused(): HttpError {
  return new HttpError(401, 'NotAuthorised', 'the signature in this address is wrong or has expired; reload the page')
}
