import { hash, randomBytes } from 'node:crypto'
import type { HttpLimits } from './http-limits.ts'

const CODE_BYTES = 32

interface Link {
  readonly to: string
  readonly expiresAt: number
  /** Called once, when the link is over. */
  onOver: () => void
}

/** Links that sign a browser in: each once, and soon. */
export class Links implements Disposable {
  readonly #limits: HttpLimits
  readonly #now: () => number
  /** By the hash of the code, oldest first. */
  readonly #links = new Map<string, Link>()

  constructor(limits: HttpLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  create(to: string): { code: string; expiresAt: number } {
    const code = randomBytes(CODE_BYTES).toString('base64url')
    const expiresAt = this.#now() + this.#limits.linkMs
    this.#links.set(hash('sha256', code), { to, expiresAt, onOver: () => {} })
    for (const key of this.#links.keys()) {
      if (this.#links.size <= this.#limits.links) break
      this.#forget(key)
    }
    return { code, expiresAt }
  }

  /** Calls `onOver` once, when the link of a code was used, is too old, or the server ends. */
  whenOver(code: string, onOver: () => void): void {
    const key = hash('sha256', code)
    const link = this.#links.get(key)
    if (!link) return onOver()
    const timer = setTimeout(() => this.#forget(key), this.#limits.linkMs).unref()
    link.onOver = () => {
      clearTimeout(timer)
      onOver()
    }
  }

  /** Whether a link can be taken. */
  holds(code: string): boolean {
    const link = this.#links.get(hash('sha256', code))
    return link !== undefined && link.expiresAt > this.#now()
  }

  /**
   * Uses a link up, and returns the address that it leads to. Null if there is no such link, or it was used or is too
   * old.
   */
  take(code: string): string | null {
    const key = hash('sha256', code)
    const link = this.#links.get(key)
    this.#forget(key)
    return link && link.expiresAt > this.#now() ? link.to : null
  }

  /** Ends every link. */
  [Symbol.dispose](): void {
    for (const key of this.#links.keys()) this.#forget(key)
  }

  #forget(key: string): void {
    const link = this.#links.get(key)
    this.#links.delete(key)
    link?.onOver()
  }
}
