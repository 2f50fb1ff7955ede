import { Navigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useOperation } from '../../api/index.ts'
import { ErrorNote, Skeleton } from '../../ui/index.ts'
import { FirstRun } from './first-run.tsx'

/**
 * Where the page begins: at the first location. If there is no library or no location yet, it asks where the files of the
 * user are, and makes them. The question stays while the library is made: what was typed and why it failed are kept.
 */
export function HomePage() {
  const { data: libraries } = useOperation('libraries.list', {})
  const hasLibrary = libraries?.some(({ open }) => open)
  const { data: locations, error, refetch } = useOperation('locations.list', {}, { enabled: hasLibrary === true })
  const first = locations?.[0]
  const [isAsked, setAsked] = useState(false)
  const isBare = hasLibrary === false || (locations !== undefined && first === undefined)
  if (isBare && !isAsked) setAsked(true)
  if (isBare || (isAsked && !first && !error)) return <FirstRun />
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} className="m-8" />
  if (!first) return <Skeleton className="m-8 h-8 w-64" />
  return <Navigate to="/browse" search={{ path: first.path }} replace />
}
