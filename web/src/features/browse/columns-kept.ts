import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** The columns of the list beside the name, in their order. */
export const columnIds = ['size', 'modified', 'created', 'type', 'extension'] as const
export type ColumnId = (typeof columnIds)[number]

/** How a person has set the columns of a folder. */
export interface ColumnLayout {
  readonly shown: readonly ColumnId[]
  /** Pixels, of columns that were resized. */
  readonly widths: Readonly<Partial<Record<ColumnId, number>>>
}

export const usualLayout: ColumnLayout = { shown: ['size', 'modified', 'created', 'type'], widths: {} }

/** Pixels. */
export const COLUMN = { least: 56, most: 480 }

/** Folders whose columns are remembered, those that were changed last. */
const MAX_FOLDERS = 200

interface KeptColumns {
  /** Path and layout, the one that was changed last first. */
  readonly folders: readonly (readonly [path: string, layout: ColumnLayout])[]
  readonly set: (path: string, layout: ColumnLayout) => void
  /** The folder has the usual columns again. */
  readonly forget: (path: string) => void
}

/** The columns of folders, in this browser. */
export const useColumnsKept = create<KeptColumns>()(
  persist(
    (set) => ({
      folders: [],
      set: (path, layout) =>
        set(({ folders }) => ({
          folders: [[path, layout] as const, ...folders.filter(([known]) => known !== path)].slice(0, MAX_FOLDERS),
        })),
      forget: (path) => set(({ folders }) => ({ folders: folders.filter(([known]) => known !== path) })),
    }),
    { name: 'spacedrive.columns', version: 1 },
  ),
)

/** The columns of a folder, and whether a person has set them. */
export function useColumnLayout(path: string): { layout: ColumnLayout; isOwn: boolean } {
  const own = useColumnsKept(({ folders }) => folders.find(([known]) => known === path)?.[1])
  return { layout: own ?? usualLayout, isOwn: own !== undefined }
}

/** With a column shown or hidden; columns keep their order. */
export function withColumn(layout: ColumnLayout, id: ColumnId, isShown: boolean): ColumnLayout {
  return { ...layout, shown: columnIds.filter((each) => (each === id ? isShown : layout.shown.includes(each))) }
}

export function withWidth(layout: ColumnLayout, id: ColumnId, width: number): ColumnLayout {
  return { ...layout, widths: { ...layout.widths, [id]: width } }
}
