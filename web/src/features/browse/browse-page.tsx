import type { Entry } from '@spacedrive/core/domain'
import { getRouteApi, Navigate, useCanGoBack, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { useOperation, pathOf } from '../../api/index.ts'
import { useCommand } from '../../app/command-keys.tsx'
import { Deferred } from '../../app/deferred.tsx'
import { Page } from '../../app/page.tsx'
import { usePreferences } from '../../app/preferences.ts'
import { useRecentPlaces } from '../../app/recent-places.ts'
import { nameOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { ContextMenu } from '../../ui/index.ts'
import { chosenEntries } from './chosen-entries.ts'
import { EntryMenu } from './entry-menu.tsx'
import { FolderNotice } from './folder-notice.tsx'
import { FolderPreview } from './folder-preview.tsx'
import { FolderState, hasRows } from './folder-state.tsx'
import { GridView } from './grid-view.tsx'
import { ListView } from './list-view.tsx'
import { messages } from './messages.ts'
import { countChosen, everything, nothing } from './selection.ts'
import { Toolbar } from './toolbar.tsx'
import { useActiveEntry } from './use-active-entry.ts'
import { useChangeSearch } from './use-change-search.ts'
import { useFileActions } from './use-file-actions.ts'
import { type Folder, useFolder } from './use-folder.ts'
import { listingInput } from './use-listing.ts'

const route = getRouteApi('/browse')

// Not what most begin with.
const ColumnsView = lazy(async () => ({ default: (await import('./columns-view.tsx')).ColumnsView }))
const FolderInspector = lazy(async () => ({ default: (await import('./folder-inspector.tsx')).FolderInspector }))

/** A folder: what is in it. */
export function BrowsePage() {
  const { path } = route.useSearch()
  if (path === undefined) return <Navigate to="/" replace />
  return <FolderPage key={path} path={path} />
}

function FolderPage({ path }: { path: string }) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  const search = route.useSearch()
  const usual = usePreferences((preferences) => preferences.view)
  const { sel, view = usual } = search
  const folder = useFolder(listingInput({ ...search, path }), sel)
  const { choice, listing } = folder
  const active = useActiveEntry(folder)
  const info = useOperation('files.info', { path }, { enabled: listing.source !== null }).data
  const open = (entry: Entry) => {
    if (entry.kind === 'directory') change({ path: pathOf(entry), sel: undefined, preview: undefined })
    else change({ preview: true })
  }
  useFolderCommands(folder, path, active && (() => open(active)))

  const isShown = listing.total !== null
  const addRecent = useRecentPlaces((recent) => recent.add)
  useEffect(() => {
    if (isShown) addRecent({ kind: 'directory', path, name: nameOf(path) })
  }, [addRecent, isShown, path])
  const previewed = search.preview && active?.kind === 'file' ? active : undefined
  useEffect(() => {
    if (previewed) addRecent({ kind: 'file', path: pathOf(previewed), name: previewed.name })
  }, [addRecent, previewed])

  const inspected = active ?? info
  const label = t.contents(nameOf(path))
  const chosen = countChosen(choice.selection, folder.total)
  const acted = {
    entry: chosen > 0 ? active : undefined,
    path,
    isOnline: listing.online,
    selection:
      chosen > 1
        ? { count: chosen, entries: () => chosenEntries(listing.input, choice.selection, folder.total) }
        : undefined,
  }
  const actions = useFileActions(acted)
  useCommand('copy-path', actions.copyPaths, chosen > 0)
  useCommand('download', actions.download, chosen > 0)
  return (
    <Page
      title={nameOf(path)}
      toolbar={<Toolbar folder={folder} path={path} view={view} search={search} size={info?.totalSize ?? null} />}
      aside={
        search.inspector &&
        inspected && (
          <Suspense>
            <FolderInspector folder={folder} entry={inspected} />
          </Suspense>
        )
      }
    >
      <FolderNotice listing={listing} path={path} />
      <ContextMenu
        area={
          <div className="flex min-h-0 flex-1 flex-col">
            <Deferred>
              {!hasRows(listing) ? (
                <FolderState listing={listing} path={path} />
              ) : view === 'columns' ? (
                <Suspense>
                  <ColumnsView folder={folder} label={label} onOpen={open} />
                </Suspense>
              ) : view === 'grid' ? (
                <GridView folder={folder} label={label} onOpen={open} />
              ) : (
                <ListView
                  folder={folder}
                  label={label}
                  onOpen={open}
                  onSort={(next) =>
                    change({
                      sort: next,
                      reverse: next === listing.input.sort && !listing.input.reverse ? true : undefined,
                    })
                  }
                />
              )}
            </Deferred>
          </div>
        }
      >
        <EntryMenu {...acted} onOpen={open} />
      </ContextMenu>
      {search.preview && active && <FolderPreview folder={folder} entry={active} />}
    </Page>
  )
}

/** What keys do on the page of a folder, whatever the view. */
function useFolderCommands({ choice, select, total }: Folder, path: string, open: (() => void) | undefined): void {
  const change = useChangeSearch()
  const { history } = useRouter()
  const canGoBack = useCanGoBack()
  const { inspector } = route.useSearch()
  const parent = parentOf(path)
  const isActive = open !== undefined
  useCommand('open', () => open?.(), isActive)
  useCommand('preview', () => change({ preview: true }), isActive)
  useCommand('inspector', () => change({ inspector: inspector ? undefined : true }, { replace: true }))
  useCommand('select-all', () => select(everything))
  useCommand('parent', () => parent !== null && change({ path: parent, sel: path }), parent !== null)
  useCommand('escape', () => {
    if (countChosen(choice.selection, total) > 0) select(nothing)
    else if (inspector) change({ inspector: undefined }, { replace: true })
    else if (canGoBack) history.back()
  })
}
