import { join } from 'node:path'
import { ApiKeys } from './api-keys.ts'
import { auditFile, AuditLog } from './audit-log.ts'
import { Authenticator } from './authenticator.ts'
import { ConnectionUsers } from './connection-users.ts'
import type { HttpLimits } from './http-limits.ts'
import { removeLinkPages } from './link-pages.ts'
import { Links } from './links.ts'
import { PageProofs } from './page-proofs.ts'
import { Sessions } from './sessions.ts'
import { openTokenFile } from './token-file.ts'

/**
 * A session of a page outlives a restart, not an absence: while nobody holds the port anybody may, and a page that came
 * from there could use the key that this browser keeps for the address.
 */
const AWAY_MS = 30_000

export interface GateDeps {
  /** The folder of the token and the sessions. Its mode is 0700. */
  readonly runDir: string
  readonly limits: HttpLimits
  readonly now: () => number
}

/** The ways to sign in on this machine: token, API keys, links, sessions of pages. Also holds the access log. */
export interface Gate {
  readonly tokenFile: string
  readonly apiKeys: ApiKeys
  readonly links: Links
  readonly sessions: Sessions
  readonly proofs: PageProofs
  readonly audit: AuditLog
  /** For requests by TCP. */
  readonly authenticator: Authenticator
  /** For requests by the socket, which only this user can reach. */
  readonly socketAuthenticator: Authenticator
}

export async function openGate({ limits, now, runDir }: GateDeps): Promise<Gate> {
  const tokenFile = join(runDir, 'http-token')
  const token = await openTokenFile(tokenFile)
  const audit = new AuditLog({ file: auditFile(runDir), now })
  const apiKeys = new ApiKeys({ file: join(runDir, 'http-api-keys.json'), now })
  const links = new Links(limits, now)
  const sessions = new Sessions({ file: join(runDir, 'http-sessions.json'), limits, now, awayMs: AWAY_MS })
  const proofs = await PageProofs.open({ keyFile: join(runDir, 'http-key.pem'), sessions, now })
  const connectionUsers = new ConnectionUsers()
  const own = { token, apiKeys, cookies: null, proofs, rights: 'all', connectionUsers, limits, now, audit } as const
  removeLinkPages(runDir, 0)
  return {
    tokenFile,
    apiKeys,
    links,
    sessions,
    proofs,
    audit,
    authenticator: new Authenticator(own),
    // The token lies in the folder of the socket. A program that can open the socket can read it, so it is not required.
    socketAuthenticator: new Authenticator({ ...own, proofs: null, connectionUsers: null, isOpen: true }),
  }
}
