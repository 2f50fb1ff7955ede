import { getRouteApi } from '@tanstack/react-router'
import { useOperation } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { ErrorNote, SafeName } from '../../ui/index.ts'

const route = getRouteApi('/browse')

/** A folder: what is in it. */
export function BrowsePage() {
  const { path = '/' } = route.useSearch()
  const { data, error, refetch } = useOperation('files.list', { path })
  return (
    <Page title={path}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} className="m-4" />}
      <ul className="overflow-auto p-2">
        {data?.items.map((entry) => (
          <li key={entry.path}>
            <SafeName name={entry.name} />
          </li>
        ))}
      </ul>
    </Page>
  )
}
