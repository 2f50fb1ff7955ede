import { useCanGoBack, useRouter } from '@tanstack/react-router'
import {
  ArrowDownUp,
  ChevronLeft,
  ChevronRight,
  CalendarDays,
  Columns3,
  LayoutGrid,
  LayoutPanelLeft,
  List,
  type LucideIcon,
  PanelRight,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { type BrowseSearch, type Sort, sorts, type View } from './browse-search.ts'
import { useCommand, useKeysOf } from '../../app/command-keys.tsx'
import { TILE, usePreferences } from '../../app/preferences.ts'
import { deviceOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, IconButton, Menu, MenuChoice, MenuLine, MenuSwitch } from '../../ui/index.ts'
import { type CountedRows, FolderCount } from './folder-count.tsx'
import { messages } from './messages.ts'
import { PathBar } from './path-bar.tsx'
import { SearchBox } from './search-box.tsx'
import { useChangeSearch } from './use-change-search.ts'

interface ToolbarProps {
  readonly folder: CountedRows
  readonly path: string
  readonly view: View
  readonly search: BrowseSearch
  /** Bytes of the folder; null while that is not known. */
  readonly size: number | null
  /** What else the view can be told, beside the order. */
  readonly children?: ReactNode
}

/** Where one is, how it is shown, and how much there is. */
export function Toolbar({ children, folder, path, search, size, view }: ToolbarProps) {
  const isRemote = deviceOf(path) !== null
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-1">
      <div className="flex min-w-0 items-center gap-1">
        <HistoryButtons />
        <PathBar path={path} />
        {!isRemote && <SearchBox path={path} />}
      </div>
      <div className="flex min-w-0 items-center gap-2 max-sm:gap-1">
        <ViewButtons view={view} isRemote={isRemote} />
        {view !== 'timeline' && view !== 'size' && <SortMenu search={search} />}
        {children}
        <span className="ms-auto" />
        {(view === 'grid' || view === 'timeline') && <TileSize />}
        <FolderCount folder={folder} size={size} />
        <InspectorButton isShown={search.inspector === true} />
      </div>
    </div>
  )
}

function HistoryButtons() {
  const t = useMessages(messages)
  const { history } = useRouter()
  return (
    <div data-yields-focus className="flex">
      <IconButton
        icon={ChevronLeft}
        label={t.back}
        keys={useKeysOf('back')}
        disabled={!useCanGoBack()}
        onClick={() => history.back()}
        className="rtl:rotate-180"
      />
      <IconButton
        icon={ChevronRight}
        label={t.forward}
        keys={useKeysOf('forward')}
        onClick={() => history.forward()}
        className="rtl:rotate-180"
      />
    </div>
  )
}

function InspectorButton({ isShown }: { isShown: boolean }) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  return (
    <IconButton
      icon={PanelRight}
      label={t.info}
      keys={useKeysOf('inspector')}
      isPressed={isShown}
      onClick={() => change({ inspector: isShown ? undefined : true }, { replace: true })}
      className="rtl:-scale-x-100"
    />
  )
}

const views = [
  { view: 'grid', icon: LayoutGrid, command: 'view-grid' },
  { view: 'list', icon: List, command: 'view-list' },
  { view: 'columns', icon: Columns3, command: 'view-columns' },
  { view: 'timeline', icon: CalendarDays, command: 'view-timeline' },
  { view: 'size', icon: LayoutPanelLeft, command: 'view-size' },
] as const satisfies readonly { view: View; icon: LucideIcon; command: string }[]

/** By time and by size only the index of this device can tell. */
const indexed: readonly View[] = ['timeline', 'size']

function ViewButtons({ view, isRemote }: { view: View; isRemote: boolean }) {
  const t = useMessages(messages)
  return (
    <div role="group" aria-label={t.view} data-yields-focus className="flex">
      {views
        .filter((each) => !isRemote || !indexed.includes(each.view))
        .map((each) => (
          <ViewButton key={each.view} {...each} isShown={each.view === view} />
        ))}
    </div>
  )
}

function ViewButton({ command, icon, isShown, view }: (typeof views)[number] & { isShown: boolean }) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  const set = usePreferences((preferences) => preferences.set)
  const show = () => {
    // Other folders are not shown by time or size unless somebody asks.
    if (view !== 'timeline' && view !== 'size') set({ view })
    change({ view })
  }
  useCommand(command, show)
  return <IconButton icon={icon} label={t.views[view]} keys={useKeysOf(command)} isPressed={isShown} onClick={show} />
}

function SortMenu({ search: { all, reverse, sort = 'name' } }: { search: BrowseSearch }) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  const choices = sorts.map((value: Sort) => ({ value, label: t[value] }))
  return (
    <Menu
      trigger={
        <Button kind="quiet" icon={ArrowDownUp} aria-label={`${t.sort}: ${t[sort]}`} className="h-7 px-2">
          <span className="max-sm:hidden">{t[sort]}</span>
        </Button>
      }
    >
      <MenuChoice label={t.sort} value={sort} choices={choices} onChange={(next) => change({ sort: next })} />
      <MenuLine />
      <MenuSwitch isOn={reverse === true} onChange={(isOn) => change({ reverse: isOn || undefined })}>
        {t.reverse}
      </MenuSwitch>
      <MenuSwitch isOn={all === true} onChange={(isOn) => change({ all: isOn || undefined })}>
        {t.all}
      </MenuSwitch>
    </Menu>
  )
}

const TILE_STEP = 16

function TileSize() {
  const t = useMessages(messages)
  const { set, tileSize } = usePreferences()
  return (
    <input
      type="range"
      aria-label={t.tileSize}
      title={t.tileSize}
      min={TILE.least}
      max={TILE.most}
      step={TILE_STEP}
      value={tileSize}
      onChange={(event) => set({ tileSize: Number(event.target.value) })}
      className="accent-accent h-6 w-24 max-wide:hidden"
    />
  )
}
