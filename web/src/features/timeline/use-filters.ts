import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { flagOf, textOf } from '../../app/search-params.ts'
import { type Address, readAddress } from '../../app/use-address.ts'

/** Which photos of a timeline are shown. */
export interface FilterValues {
  readonly camera: string | undefined
  /** South, west, north and east in degrees, as `media.list` takes them. */
  readonly within: string | undefined
  /** Whether icons and screenshots are left out. */
  readonly photosOnly: boolean
  /** Whether the map is open. */
  readonly hasMap: boolean
}

export interface Filters extends FilterValues {
  readonly set: (change: Partial<FilterValues>) => void
}

/** The state of the timeline of the library, all of it in its address. */
export interface TimelineSearch extends Address {
  readonly camera?: string
  readonly within?: string
  readonly photos?: true
  readonly map?: true
}

/** Ignores values that these parameters cannot have. */
export function readTimelineSearch(search: Record<string, unknown>): TimelineSearch {
  const { within, ...texts } = { ...textOf(search, 'camera'), ...textOf(search, 'within') }
  return {
    ...readAddress(search),
    ...texts,
    ...(within !== undefined && BOX.test(within) && { within }),
    ...flagOf(search, 'photos'),
    ...flagOf(search, 'map'),
  }
}

const BOX = /^-?\d{1,3}(?:\.\d+)?(?:,-?\d{1,3}(?:\.\d+)?){3}$/

/** The filters of the library's timeline are in its address; those of a folder's last as long as it is shown. */
export function useFilters(path: string | null): Filters {
  const search: TimelineSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  const [own, setOwn] = useState<FilterValues>({
    camera: undefined,
    within: undefined,
    photosOnly: false,
    hasMap: false,
  })
  if (path !== null) return { ...own, set: (change) => setOwn({ ...own, ...change }) }
  const values = {
    camera: search.camera,
    within: search.within,
    photosOnly: search.photos === true,
    hasMap: search.map === true,
  }
  const set = (change: Partial<FilterValues>) => {
    const { camera, hasMap, photosOnly, within } = { ...values, ...change }
    void navigate({
      to: '.',
      search: (before) =>
        ({ ...before, camera, within, photos: photosOnly || undefined, map: hasMap || undefined }) as typeof before,
      replace: true,
    })
  }
  return { ...values, set }
}
