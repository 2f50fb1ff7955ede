import type { OutputOf } from '@spacedrive/client'
import { create } from 'zustand'

/** What came of reading the copies of a content whole. */
export type Comparison =
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly result: OutputOf<'copies.compare'> }
  | { readonly state: 'failed'; readonly reason: unknown }

interface Comparisons {
  readonly byContent: ReadonlyMap<string, Comparison>
  readonly set: (contentId: string, comparison: Comparison | null) => void
}

/** What was compared since the page was loaded. Files may change later: nothing of it is kept longer. */
export const useComparisons = create<Comparisons>()((set) => ({
  byContent: new Map(),
  set: (contentId, comparison) =>
    set(({ byContent }) => {
      const next = new Map(byContent)
      if (comparison) next.set(contentId, comparison)
      else next.delete(contentId)
      return { byContent: next }
    }),
}))
