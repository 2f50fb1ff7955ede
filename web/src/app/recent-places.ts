import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** A folder or file that was opened in this browser. */
export interface RecentPlace {
  readonly kind: 'directory' | 'file'
  /** As operations take it. */
  readonly path: string
  readonly name: string
}

const MAX_PLACES = 20

interface RecentPlaces {
  /** The last one first. */
  readonly places: readonly RecentPlace[]
  readonly add: (place: RecentPlace) => void
}

/** What was opened last, for the palette. */
export const useRecentPlaces = create<RecentPlaces>()(
  persist(
    (set) => ({
      places: [],
      add: (place) =>
        set(({ places }) => ({
          places: [place, ...places.filter(({ path }) => path !== place.path)].slice(0, MAX_PLACES),
        })),
    }),
    { name: 'spacedrive.recent', version: 1 },
  ),
)
