import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** As many as are seen without scrolling. */
const MAX_RECENT = 10
const MAX_LENGTH = 200

interface RecentSearches {
  /** The last first. */
  readonly queries: readonly string[]
  readonly remember: (query: string) => void
  readonly forget: () => void
}

/** What was searched for in this browser; nobody else is told. */
export const useRecentSearches = create<RecentSearches>()(
  persist(
    (set) => ({
      queries: [],
      remember: (query) => set(({ queries }) => ({ queries: withRecent(queries, query) })),
      forget: () => set({ queries: [] }),
    }),
    { name: 'spacedrive.recent-searches', version: 1 },
  ),
)

/** A query goes to the front; what it goes on from was only a step on the way to it. */
export function withRecent(queries: readonly string[], query: string): readonly string[] {
  const text = query.trim().slice(0, MAX_LENGTH)
  if (text === '') return queries
  const others = queries.filter((each) => !text.toLowerCase().startsWith(each.toLowerCase()))
  return [text, ...others].slice(0, MAX_RECENT)
}
