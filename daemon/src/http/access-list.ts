import { CoreError } from '@spacedrive/core'
import type { Access } from '@spacedrive/core/domain'
import type { AccessSessions } from '../explorer-host.ts'
import type { Exposure } from '../expose/index.ts'
import type { AccessRecord, AccessSession } from '../ops/access.ts'
import type { ApiKey, ApiKeys } from './api-keys.ts'
import type { AuditLog } from './audit-log.ts'
import type { Sessions } from './sessions.ts'

export interface AccessListDeps {
  readonly pages: Sessions
  readonly exposure: Exposure
  readonly apiKeys: ApiKeys
  readonly audit: AuditLog
}

/** All sessions and API keys. Each can be listed and ended. */
export class AccessList implements AccessSessions {
  readonly #deps: AccessListDeps

  constructor(deps: AccessListDeps) {
    this.#deps = deps
  }

  list(): AccessSession[] {
    const { apiKeys, exposure, pages } = this.#deps
    const allow = exposure.exposed?.allow ?? []
    return [
      ...pages.list().map((session) => shown(session, { kind: 'page', allow: null })),
      ...(exposure.sessions?.list() ?? []).map((session) => shown(session, { kind: 'remote', allow: [...allow] })),
      ...apiKeys.list().map((key) => shownKey(key, key.usedAt)),
    ]
  }

  async end(id: string): Promise<void> {
    const { apiKeys, audit, exposure, pages } = this.#deps
    const found = this.list().find((each) => each.id === id)
    const ended = (await pages.end(id)) || (await exposure.sessions?.end(id)) || (await apiKeys.end(id))
    if (!found || !ended)
      throw new CoreError('NotFound', `there is no session or API key ${id}; see \`spacedrive session list\``)
    audit.add({ what: 'session-ended', from: found.name, detail: `${found.kind} ${id}` })
  }

  async createKey(input: { name: string; allow: readonly Access[]; days: number }) {
    const { apiKeys, audit } = this.#deps
    const { key, secret } = await apiKeys.create(input)
    audit.add({ what: 'key-made', from: key.name, detail: `key ${key.id}, allowed: ${key.allow.join(', ')}` })
    return { key: secret, session: shownKey(key, null) }
  }

  log(limit: number): AccessRecord[] {
    return this.#deps.audit.list(limit)
  }
}

function shown(
  { browser, createdAt, expiresAt, id, usedAt }: ReturnType<Sessions['list']>[number],
  of: Pick<AccessSession, 'kind' | 'allow'>,
): AccessSession {
  return { ...of, id, name: browser, createdAt: time(createdAt), usedAt: time(usedAt), expiresAt: time(expiresAt) }
}

function shownKey({ allow, createdAt, expiresAt, id, name }: ApiKey, usedAt: number | null): AccessSession {
  return {
    id,
    kind: 'key',
    name,
    allow,
    createdAt: time(createdAt),
    usedAt: usedAt === null ? null : time(usedAt),
    expiresAt: time(expiresAt),
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}
