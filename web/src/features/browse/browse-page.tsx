import type { Entry } from '@spacedrive/core/domain'
import { getRouteApi } from '@tanstack/react-router'
import { Page } from '../../app/page.tsx'
import { useMessages } from '../../i18n/index.ts'
import { GridView } from './grid-view.tsx'
import { ListView } from './list-view.tsx'
import { messages } from './messages.ts'
import { useChangeSearch } from './use-change-search.ts'
import { useFolder } from './use-folder.ts'
import { addressOf } from './use-listing.ts'

const route = getRouteApi('/browse')

/** A folder: what is in it. */
export function BrowsePage() {
  const { path = '/' } = route.useSearch()
  return <FolderPage key={path} path={path} />
}

function FolderPage({ path }: { path: string }) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  const { all = false, reverse = false, sel, sort = 'name', view = 'list' } = route.useSearch()
  const folder = useFolder({ path, sort, reverse, all }, sel)
  const open = (entry: Entry) => {
    if (entry.kind === 'directory') change({ path: addressOf(entry), sel: undefined })
  }
  const label = t.contents(path)
  return (
    <Page title={path}>
      {view === 'grid' ? (
        <GridView folder={folder} label={label} onOpen={open} />
      ) : (
        <ListView
          folder={folder}
          label={label}
          onOpen={open}
          onSort={(next) => change({ sort: next, reverse: next === sort && !reverse ? true : undefined })}
        />
      )}
    </Page>
  )
}
