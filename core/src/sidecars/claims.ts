import type { SidecarKind } from '../domain/index.ts'

/** What is being made now, each kind of each content by one: from when it is begun until its rows say what became of it. */
export class Claims {
  readonly #ends = new Map<string, PromiseWithResolvers<void>>()
  readonly #awaited = new Set<string>()

  get size(): number {
    return this.#ends.size
  }

  has(kind: SidecarKind, contentRowId: number): boolean {
    return this.#ends.has(keyOf(kind, contentRowId))
  }

  /** False: somebody else is at it. */
  take(kind: SidecarKind, contentRowId: number): boolean {
    if (this.has(kind, contentRowId)) return false
    this.#ends.set(keyOf(kind, contentRowId), Promise.withResolvers<void>())
    return true
  }

  release(kind: SidecarKind, contentRowId: number): void {
    const key = keyOf(kind, contentRowId)
    this.#ends.get(key)?.resolve()
    this.#ends.delete(key)
    this.#awaited.delete(key)
  }

  /** Resolves when nobody is at it. */
  async free(kind: SidecarKind, contentRowId: number): Promise<void> {
    const key = keyOf(kind, contentRowId)
    const end = this.#ends.get(key)
    if (!end) return
    this.#awaited.add(key)
    await end.promise
  }

  /** Whether somebody waits for its end. */
  isAwaited(kind: SidecarKind, contentRowId: number): boolean {
    return this.#awaited.has(keyOf(kind, contentRowId))
  }
}

function keyOf(kind: SidecarKind, contentRowId: number): string {
  return `${kind} ${contentRowId}`
}
