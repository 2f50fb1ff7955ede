import { Navigate } from '@tanstack/react-router'
import { useOperation } from '../../api/index.ts'
import { ErrorNote, Skeleton } from '../../ui/index.ts'
import { FirstRun } from './first-run.tsx'

/** Where the page begins: at the first location, or where there is none yet, at the question which folder to look at. */
export function HomePage() {
  const { data: locations, error, refetch } = useOperation('locations.list', {})
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} className="m-8" />
  if (!locations) return <Skeleton className="m-8 h-8 w-64" />
  const first = locations[0]
  return first ? <Navigate to="/browse" search={{ path: first.path }} replace /> : <FirstRun />
}
