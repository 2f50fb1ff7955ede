import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Rights } from '@spacedrive/core/domain'
import type { Client } from '../client-pool.ts'
import type { Session } from './sessions.ts'

/** The client that has sent a request. The authenticator has let it in with these rights. */
export function clientOf(
  request: IncomingMessage,
  { rights, session }: { readonly rights: Rights; readonly session: Session | null },
): Client {
  if (rights === 'all') return { rights, id: null }
  return { rights, id: session?.id ?? keyIn(request) }
}

/** A name for the API key of a request, however the header is written. */
function keyIn({ headers, url = '' }: IncomingMessage): string {
  const secret =
    headers.authorization?.trim().split(/\s+/).at(-1) ?? new URLSearchParams(url.split('?')[1]).get('access')
  return hash('sha256', secret ?? '')
}
