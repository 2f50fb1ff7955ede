import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { View } from '../features/browse/index.ts'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'compact' | 'comfortable'

export const SIDEBAR = { least: 200, most: 320, initial: 232 }
export const TILE = { least: 80, most: 320 }
export const INSPECTOR = { least: 280, most: 400, initial: 304 }

/** What a person has set for this browser; places and selections are in the URL instead. */
export interface Preferences {
  theme: Theme
  /** Null: the browser's. */
  locale: 'en' | 'de' | null
  density: Density
  /** Pixels. */
  sidebarWidth: number
  inspectorWidth: number
  /** How a folder is shown whose address does not say it: as the last one was. */
  view: View
  /** Edge of a tile of the grid in pixels. */
  tileSize: number
  /** Keys of commands that are not the usual ones: command → keys as tinykeys writes them. */
  keys: Readonly<Record<string, string>>
  /** Locations whose photos a person does not want read for their dates. */
  declinedDates: readonly string[]
  /** The status bar counts the failures after this time, in ISO 8601; null: all of them. */
  failuresSeenAt: string | null
  set: (change: Partial<Omit<Preferences, 'set'>>) => void
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'system',
      locale: null,
      density: 'compact',
      sidebarWidth: SIDEBAR.initial,
      inspectorWidth: INSPECTOR.initial,
      view: 'grid',
      tileSize: 144,
      keys: {},
      declinedDates: [],
      failuresSeenAt: null,
      set: (change) => set(change),
    }),
    { name: 'spacedrive', version: 1 },
  ),
)
