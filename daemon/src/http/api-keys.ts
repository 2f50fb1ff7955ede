import { hash, randomBytes } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { CoreError } from '@spacedrive/core'
import { Access } from '@spacedrive/core/domain'
import { z } from 'zod'
import { StateFile } from './state-file.ts'

/** Prefix of every key, so that secret scanners recognise a leaked key. */
const PREFIX = 'sdk_'
const SECRET_BYTES = 32
const ID_BYTES = 9
const MAX_KEYS = 64

/** The file stores a hash instead of the key, so a copy of it is useless for signing in. Times are milliseconds since 1970. */
const ApiKey = z.object({
  id: z.string(),
  hash: z.string(),
  name: z.string(),
  allow: z.array(Access),
  createdAt: z.number(),
  expiresAt: z.number(),
})
export type ApiKey = z.infer<typeof ApiKey>

/** API keys for programs. Each has a name, rights and an expiry date. */
export class ApiKeys implements AsyncDisposable {
  readonly #file: StateFile
  readonly #now: () => number
  readonly #keys: Map<string, ApiKey>
  readonly #usedAt = new Map<string, number>()
  readonly #attached = new Map<string, Set<() => void>>()

  constructor({ file, now }: { file: string; now: () => number }) {
    this.#file = new StateFile({ path: file, content: () => JSON.stringify([...this.#keys.values()]) })
    this.#now = now
    this.#keys = new Map(readKeys(file).map((key) => [key.id, key]))
  }

  /** Makes a key, and says it this once. Throws `Conflict` where there are too many. */
  async create({ allow, days, name }: { allow: readonly Access[]; days: number; name: string }) {
    this.#file.check()
    for (const [id, { expiresAt }] of this.#keys) if (expiresAt <= this.#now()) this.#forget(id)
    if (this.#keys.size >= MAX_KEYS)
      throw new CoreError(
        'Conflict',
        `there are ${MAX_KEYS} API keys, the maximum; revoke one with \`spacedrive session end <id>\` first`,
      )
    const secret = PREFIX + randomBytes(SECRET_BYTES).toString('base64url')
    const key: ApiKey = {
      id: randomBytes(ID_BYTES).toString('base64url'),
      hash: hash('sha256', secret),
      name,
      allow: [...new Set<Access>(['view', ...allow])],
      createdAt: this.#now(),
      expiresAt: this.#now() + days * DAY_MS,
    }
    this.#keys.set(key.id, key)
    await this.#file.save()
    return { key, secret }
  }

  /** The key with this secret; null if there is none, or it is too old. */
  find(secret: string): ApiKey | null {
    if (!secret.startsWith(PREFIX)) return null
    const wanted = hash('sha256', secret)
    const key = [...this.#keys.values()].find((each) => each.hash === wanted)
    if (!key || key.expiresAt <= this.#now()) return null
    this.#usedAt.set(key.id, this.#now())
    return key
  }

  list(): readonly (ApiKey & { readonly usedAt: number | null })[] {
    const kept = [...this.#keys.values()].filter(({ expiresAt }) => expiresAt > this.#now())
    return kept.map((key) => ({ ...key, usedAt: this.#usedAt.get(key.id) ?? null }))
  }

  /** Ends the key and its connections at once. False if there is no key with this id. */
  async end(id: string): Promise<boolean> {
    if (!this.#keys.has(id)) return false
    this.#forget(id)
    await this.#file.save()
    return true
  }

  /** Calls `end` when the key is ended, or has come to its end. */
  attach(id: string, end: () => void): Disposable {
    const attached = this.#attached.get(id) ?? new Set()
    this.#attached.set(id, attached.add(end))
    const left = (this.#keys.get(id)?.expiresAt ?? 0) - this.#now()
    const timer = setTimeout(end, Math.min(Math.max(left, 0), MAX_TIMER_MS)).unref()
    return {
      [Symbol.dispose]: () => {
        clearTimeout(timer)
        attached.delete(end)
        if (attached.size === 0) this.#attached.delete(id)
      },
    }
  }

  /** Waits for the last write. No later change is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]()
  }

  #forget(id: string): void {
    this.#keys.delete(id)
    this.#usedAt.delete(id)
    const attached = this.#attached.get(id) ?? []
    this.#attached.delete(id)
    for (const end of attached) end()
  }
}

const DAY_MS = 86_400_000
/** Longer timers fire at once. A connection of a month may connect again. */
const MAX_TIMER_MS = 20 * DAY_MS

/** The stored keys; none if there is no file, if it is damaged, or if other users could have written it. */
function readKeys(file: string): ApiKey[] {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile() || (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)) return []
  try {
    return z.array(ApiKey).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}
