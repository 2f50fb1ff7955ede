import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { deviceOf } from '../../format/index.ts'
import { BrowsePage } from './browse-page.tsx'

const route = getRouteApi('/browse')

const TimelinePage = lazy(async () => ({ default: (await import('../timeline/index.ts')).TimelinePage }))
const TreemapPage = lazy(async () => ({ default: (await import('../treemap/index.ts')).TreemapPage }))

/** A folder in the view that its address names. */
export function BrowseRoute() {
  const { path, view } = route.useSearch()
  // By time and by size only the index of this device can tell.
  if (path === undefined || deviceOf(path) !== null || (view !== 'timeline' && view !== 'size')) return <BrowsePage />
  return (
    <Suspense>{view === 'timeline' ? <TimelinePage key={path} path={path} /> : <TreemapPage path={path} />}</Suspense>
  )
}
