import { ClientError } from '@spacedrive/client'
import { useCanGoBack, useRouter, useSearch } from '@tanstack/react-router'
import { ChartPie } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useCalmOperation, useOperation, pathOf } from '../../api/index.ts'
import { useCommand } from '../../app/command-keys.tsx'
import { Page } from '../../app/page.tsx'
import { useAddress } from '../../app/use-address.ts'
import { useMediaQuery } from '../../app/use-media-query.ts'
import { isWithin, nameOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ContextMenu, EmptyState, ErrorNote, Skeleton } from '../../ui/index.ts'
import { EntryMenu, noChoice, NotIndexed, Toolbar } from '../browse/index.ts'
import { Inspector } from '../inspector/index.ts'
import { Preview } from '../preview/index.ts'
import { Legend } from './legend.tsx'
import { messages } from './messages.ts'
import { SizeMap } from './size-map.tsx'
import { SizeTable } from './size-table.tsx'
import { findFolder, type FolderSize } from './treemap-layout.ts'

/** Levels that are drawn in one another, and files and folders in all: what can be told apart. */
const DEPTH = 4
const MAX_NODES = 1_000
/** Sizes are summed up anew no more often. */
const REFRESH_MS = 1_000
const WIDE = '(min-width: 900px)'

/** Disk usage of a folder, as a map and as a table. */
export function TreemapPage({ path }: { path: string }) {
  const [{ inspector, preview, sel }, change] = useAddress()
  const search = useSearch({ from: '/browse' })
  const sizes = useCalmOperation(
    'files.sizes',
    { path, depth: DEPTH, limit: MAX_NODES },
    { everyMs: REFRESH_MS, placeholderData: (before) => before && findFolder(before, path) },
  )
  const entry = useOperation(
    'files.info',
    { path: sel ?? path },
    { enabled: inspector === true || preview === true },
  ).data
  const close = () => change({ preview: undefined }, { replace: true })
  const locations = useOperation('locations.list', {}).data
  const isOnline = locations?.find((each) => isWithin(path, each.path))?.state !== 'offline'
  useTreemapCommands(path)
  const counted = {
    choice: noChoice,
    total: sizes.data?.files ?? 0,
    listing: { total: sizes.data?.files ?? null, entryAt: () => undefined },
  }
  return (
    <Page
      title={nameOf(path)}
      toolbar={<Toolbar folder={counted} path={path} view="size" search={search} size={sizes.data?.size ?? null} />}
      aside={
        inspector &&
        entry && <Inspector entry={entry} onClose={() => change({ inspector: undefined }, { replace: true })} />
      }
    >
      {sizes.data && sizes.data.size > 0 ? (
        <Sizes folder={sizes.data} selected={sel} isOnline={isOnline} />
      ) : (
        <State
          path={path}
          error={sizes.error}
          isEmpty={sizes.data !== undefined}
          onRetry={() => void sizes.refetch()}
        />
      )}
      {preview && sel !== undefined && entry && <Preview entry={entry} onClose={close} />}
    </Page>
  )
}

interface SizesProps {
  readonly folder: FolderSize
  readonly selected: string | undefined
  readonly isOnline: boolean
}

/** The map with the table beside it; where there is no room, one of them. */
function Sizes({ folder, isOnline, selected }: SizesProps) {
  const t = useMessages(messages)
  const { navigate } = useRouter()
  const [, change] = useAddress()
  const [pointed, setPointed] = useState<string | null>(null)
  const [inMenu, setInMenu] = useState<FolderSize | null>(null)
  const [shown, setShown] = useState<'map' | 'table'>('map')
  const isWide = useMediaQuery(WIDE)
  const goTo = (search: { path: string; view: 'size' | 'list'; sort?: 'size' }) =>
    void navigate({ to: '/browse', search })
  const shared = {
    folder,
    pointed,
    selected,
    onPoint: setPointed,
    onChoose: (node: FolderSize) => {
      if (node.kind === 'directory') goTo({ path: pathOf(node), view: 'size' })
      else change({ sel: pathOf(node) }, { replace: true })
    },
    onOpen: (node: FolderSize) => change({ sel: pathOf(node), preview: true }),
    onMenu: (node: FolderSize | null) => {
      setInMenu(node)
      change({ sel: node ? pathOf(node) : undefined }, { replace: true })
    },
    onRest: (node: FolderSize) => goTo({ path: pathOf(node), view: 'list', sort: 'size' }),
  }
  const map = (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1 p-2 pb-0">
        <SizeMap {...shared} label={t.map(folder.name)} />
      </div>
      <Legend folder={folder} />
    </div>
  )
  const table = <SizeTable {...shared} label={t.table(folder.name)} />
  const menu = (
    <EntryMenu
      entry={inMenu ? { ...inMenu, id: null } : undefined}
      path={pathOf(folder)}
      isOnline={isOnline}
      onOpen={(node) => (node.kind === 'directory' ? shared.onChoose(node) : shared.onOpen(node))}
    />
  )
  if (isWide)
    return (
      <WithMenu menu={menu}>
        {map}
        <div className="border-line flex w-[26rem] max-w-[40%] flex-col border-s">{table}</div>
      </WithMenu>
    )
  return (
    <>
      <div role="group" aria-label={t.as} className="flex gap-1 p-2 pb-0">
        <Choice isOn={shown === 'map'} onClick={() => setShown('map')}>
          {t.showMap}
        </Choice>
        <Choice isOn={shown === 'table'} onClick={() => setShown('table')}>
          {t.showTable}
        </Choice>
      </div>
      <WithMenu menu={menu}>{shown === 'map' ? map : table}</WithMenu>
    </>
  )
}

function WithMenu({ children, menu }: { children: ReactNode; menu: ReactNode }) {
  return <ContextMenu area={<div className="flex min-h-0 flex-1">{children}</div>}>{menu}</ContextMenu>
}

function Choice({ children, isOn, onClick }: { isOn: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Button kind={isOn ? 'plain' : 'quiet'} aria-pressed={isOn} onClick={onClick} className="h-7">
      {children}
    </Button>
  )
}

interface StateProps {
  readonly path: string
  readonly error: Error | null
  readonly isEmpty: boolean
  readonly onRetry: () => void
}

/** What stands where there is nothing to draw, or nothing yet. */
function State({ error, isEmpty, onRetry, path }: StateProps) {
  const t = useMessages(messages)
  if (isEmpty)
    return (
      <EmptyState icon={ChartPie} title={t.empty}>
        <p>{t.emptyText}</p>
      </EmptyState>
    )
  if (error instanceof ClientError && error.code === 'Unavailable') return <NotIndexed path={path} />
  if (error) return <ErrorNote error={error} title={t.failed} onRetry={onRetry} className="m-4" />
  return (
    <div role="status" aria-label={t.loading} className="flex min-h-0 flex-1 p-2">
      <Skeleton className="flex-1" />
    </div>
  )
}

/** What keys do here besides those of the table. */
function useTreemapCommands(path: string): void {
  const { history, navigate } = useRouter()
  const canGoBack = useCanGoBack()
  const [{ inspector, sel }, change] = useAddress()
  const parent = parentOf(path)
  useCommand('preview', () => change({ preview: true }), sel !== undefined)
  useCommand('inspector', () => change({ inspector: inspector ? undefined : true }, { replace: true }))
  useCommand(
    'parent',
    () => parent !== null && void navigate({ to: '/browse', search: { path: parent, view: 'size' } }),
    parent !== null,
  )
  useCommand('escape', () => {
    if (sel !== undefined) change({ sel: undefined }, { replace: true })
    else if (inspector) change({ inspector: undefined }, { replace: true })
    else if (canGoBack) history.back()
  })
}
