import type { Entry } from '@spacedrive/core/domain'
import { lazy, Suspense } from 'react'
import type { Strip } from './film-strip.tsx'
import type { Box } from './sidecar-texts.ts'

/** What a search has found in the file. */
export interface Focus {
  /** From 1. */
  readonly page?: number | undefined
  readonly box?: Box | undefined
  readonly timeMs?: number | undefined
}

export interface PreviewProps {
  readonly entry: Entry
  readonly onClose: () => void
  /** Absent at the last and at the first. */
  readonly onNext?: (() => void) | undefined
  readonly onPrevious?: (() => void) | undefined
  /** `index` from 1. `isAbout`: there may be more or fewer than `total`. */
  readonly position?: { readonly index: number; readonly total: number; readonly isAbout?: boolean } | undefined
  /** What comes next in either direction; its picture is loaded ahead. */
  readonly neighbours?: readonly Entry[] | undefined
  /** The files around it, for the film strip; by default the neighbours. */
  readonly strip?: Strip | undefined
  readonly focus?: Focus | undefined
  /** What is open beside it. */
  readonly panel?: 'text' | undefined
}

const Overlay = lazy(async () => ({ default: (await import('./preview.tsx')).PreviewOverlay }))

/** A file as large as the window, over everything else. */
export function Preview(props: PreviewProps) {
  return (
    <Suspense>
      <Overlay {...props} />
    </Suspense>
  )
}
