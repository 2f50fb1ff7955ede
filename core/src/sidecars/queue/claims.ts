import type { SidecarKind } from '../../domain/index.ts'

/**
 * The sidecars that are being made now, by content and kind. Only one run can hold the claim of a content and kind. It
 * takes the claim before the work begins, and releases it when the result is in the rows.
 */
export class Claims {
  readonly #ends = new Map<string, PromiseWithResolvers<void>>()
  readonly #awaited = new Set<string>()

  get size(): number {
    return this.#ends.size
  }

  has(kind: SidecarKind, contentRowId: number): boolean {
    return this.#ends.has(keyOf(kind, contentRowId))
  }

  /** Returns false if another run holds the claim. */
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

  /** Resolves when no run holds the claim. */
  async free(kind: SidecarKind, contentRowId: number): Promise<void> {
    const key = keyOf(kind, contentRowId)
    const end = this.#ends.get(key)
    if (!end) return
    this.#awaited.add(key)
    await end.promise
  }

  /** Whether another run waits for the claim to be released. */
  isAwaited(kind: SidecarKind, contentRowId: number): boolean {
    return this.#awaited.has(keyOf(kind, contentRowId))
  }
}

function keyOf(kind: SidecarKind, contentRowId: number): string {
  return `${kind} ${contentRowId}`
}
