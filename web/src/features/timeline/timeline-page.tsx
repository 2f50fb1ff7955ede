import { useCanGoBack, useRouter, useSearch } from '@tanstack/react-router'
import { ClientError } from '@spacedrive/client'
import { CheckCheck, Film, Folder, Image, Images, PanelRight } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { pathOf } from '../../api/index.ts'
import { useCommand, useKeysOf } from '../../app/command-keys.tsx'
import { commandNames } from '../../app/command-names.ts'
import { Page } from '../../app/page.tsx'
import { type MediaKind, mediaKinds } from '../../app/use-address.ts'
import { useMediaQuery } from '../../app/use-media-query.ts'
import { usePageName } from '../../app/use-pages.ts'
import { nameOf, parentOf, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ContextMenu, EmptyState, ErrorNote, IconButton, MenuItem, Skeleton } from '../../ui/index.ts'
import { countChosen, EntryMenu, everything, NotIndexed, nothing, selectionSize, Toolbar } from '../browse/index.ts'
import { Inspector } from '../inspector/index.ts'
import { Preview } from '../preview/index.ts'
import { DatesOffer } from './dates-offer.tsx'
import { TimelineFilters } from './timeline-filters.tsx'
import { type Filters, useFilters } from './use-filters.ts'
import { WHOLE_WORLD } from './map-view.ts'
import { messages } from './messages.ts'
import { NarrowFilters } from './narrow-filters.tsx'
import type { MapState } from './places-map.tsx'
import { TimelineView } from './timeline-view.tsx'
import { type ChangeAddress, useAddress } from '../../app/use-address.ts'
import type { MediaItem, MediaOf } from './use-media.ts'
import { type Timeline, useTimeline } from './use-timeline.ts'

const PlacesMap = lazy(async () => ({ default: (await import('./places-map.tsx')).PlacesMap }))

/** Photos and films of the whole library. */
export function LibraryTimelinePage() {
  return <TimelinePage path={null} />
}

/** Photos and films below a folder, or of the whole library (`null`), by when they were taken. */
export function TimelinePage({ path }: { path: string | null }) {
  const [{ only }] = useAddress()
  const filters = useFilters(path)
  const [view, setView] = useState(WHOLE_WORLD)
  const [chosen, setChosen] = useState<string | null>(null)
  const { camera, photosOnly, within } = filters
  // Rows are those of other photos then: what is chosen is sought again, as when the page is opened.
  const key = JSON.stringify([only, camera, photosOnly, within])
  return (
    <TimelineOf
      key={key}
      of={{ path, only, camera, photosOnly, within }}
      filters={filters}
      map={{ view, setView, chosen, setChosen }}
    />
  )
}

function TimelineOf({ filters, map, of }: { of: MediaOf; filters: Filters; map: MapState }) {
  const { only, path } = of
  const t = useMessages(messages)
  const [{ inspector, preview, sel }, change] = useAddress()
  const timeline = useTimeline(of, sel, change)
  const { active, choice, listing, total } = timeline
  useTimelineCommands(timeline, path, change, inspector === true)
  const name = usePageName('/timeline')
  const title = path === null ? name : nameOf(path)
  const chosen = countChosen(choice.selection, total)
  const size = selectionSize(choice.selection, listing, null)
  return (
    <Page
      title={title}
      toolbar={
        path === null ? (
          <LibraryToolbar
            {...{ chosen, listing, active, change, only, filters, of }}
            isInspected={inspector === true}
          />
        ) : (
          <FolderToolbar {...{ path, timeline, active, change, only, filters, of }} />
        )
      }
      aside={
        inspector &&
        active && (
          <Inspector
            entry={active}
            note={<Taken item={active} />}
            selection={size !== null && chosen > 1 ? { count: chosen, size } : undefined}
            onClose={() => change({ inspector: undefined }, { replace: true })}
          />
        )
      }
    >
      {filters.hasMap && (
        <Suspense fallback={<Skeleton className="m-2 h-60" />}>
          <PlacesMap of={of} state={map} onPlace={(within) => filters.set({ within })} />
        </Suspense>
      )}
      {listing.total === null || listing.total === 0 ? (
        <State {...{ timeline, path, active, change, only, filters }} />
      ) : (
        <ContextMenu
          area={
            <div className="flex min-h-0 flex-1 flex-col">
              {timeline.media.timeline !== undefined && timeline.media.timeline.basis.file > 0 && <DatesOffer />}
              <TimelineView
                timeline={timeline}
                label={path === null ? t.labelAll : t.label(nameOf(path))}
                onOpen={() => change({ preview: true })}
              />
            </div>
          }
        >
          <TimelineMenu timeline={timeline} path={path} change={change} />
        </ContextMenu>
      )}
      {preview && active && <TimelinePreview timeline={timeline} item={active} change={change} />}
    </Page>
  )
}

interface FilterProps {
  readonly filters: Filters
  readonly of: MediaOf
}

interface FolderToolbarProps extends OnlyProps, FilterProps {
  readonly path: string
  readonly timeline: Timeline
}

function FolderToolbar({ filters, of, path, timeline, ...rest }: FolderToolbarProps) {
  const search = useSearch({ from: '/browse' })
  return (
    <Toolbar folder={timeline} path={path} view="timeline" search={search} size={null}>
      <AllFilters {...{ ...rest, filters, of }} />
    </Toolbar>
  )
}

interface LibraryToolbarProps extends Pick<Timeline, 'listing'>, OnlyProps, FilterProps {
  readonly chosen: number
  readonly isInspected: boolean
}

function LibraryToolbar(props: LibraryToolbarProps) {
  const { active, change, chosen, filters, isInspected, listing, of, only } = props
  const t = useMessages(messages)
  const { count } = useFormat()
  return (
    <div className="flex min-w-0 flex-1 items-center gap-1">
      <h1 className="truncate px-2 text-base font-semibold">{usePageName('/timeline')}</h1>
      <AllFilters {...{ active, change, only, filters, of }} />
      <p role="status" className="text-muted h-5 min-w-16 flex-1 truncate text-end text-xs leading-5 tabular-nums">
        {chosen > 0 && t.selected(chosen)}
        {chosen === 0 && listing.total !== null && (
          <>
            <span className="max-sm:sr-only">{t.count(listing.total)}</span>
            <span aria-hidden className="sm:hidden">
              {count(listing.total)}
            </span>
          </>
        )}
      </p>
      <IconButton
        icon={PanelRight}
        label={t.details}
        keys={useKeysOf('inspector')}
        isPressed={isInspected}
        onClick={() => change({ inspector: isInspected ? undefined : true }, { replace: true })}
        className="rtl:-scale-x-100"
      />
    </div>
  )
}

/** The filters beside each other, or where there is no room behind one button. */
function AllFilters({ active, change, filters, of, only }: OnlyProps & FilterProps) {
  const isWide = useMediaQuery('(min-width: 900px)')
  const onOnly = (kind: MediaKind | undefined) =>
    change({ only: kind, ...(active && { sel: pathOf(active) }) }, { replace: true })
  if (!isWide) return <NarrowFilters filters={filters} of={of} onOnly={onOnly} />
  return (
    <>
      <OnlyButtons only={only} onOnly={onOnly} />
      <TimelineFilters filters={filters} of={of} />
    </>
  )
}

interface OnlyProps extends Pick<Timeline, 'active'> {
  readonly only: MediaKind | undefined
  readonly change: ChangeAddress
}

const onlyIcons = { all: Images, image: Image, video: Film } as const

interface OnlyButtonsProps {
  readonly only: MediaKind | undefined
  readonly onOnly: (only: MediaKind | undefined) => void
}

/** Pictures, films, or both. */
function OnlyButtons({ only, onOnly }: OnlyButtonsProps) {
  const t = useMessages(messages)
  return (
    <div role="group" aria-label={t.only} className="flex">
      {([undefined, ...mediaKinds] as const).map((kind) => (
        <IconButton
          key={kind ?? 'all'}
          icon={onlyIcons[kind ?? 'all']}
          label={t.kinds[kind ?? 'all']}
          isPressed={only === kind}
          onClick={() => onOnly(kind)}
        />
      ))}
    </div>
  )
}

interface TimelineMenuProps {
  readonly timeline: Timeline
  readonly path: string | null
  readonly change: ChangeAddress
}

/** What can be done with the photo that is chosen; with none, with the folder. */
function TimelineMenu({ change, path, timeline: { active, choice, select, total } }: TimelineMenuProps) {
  const t = useMessages(messages)
  const names = useMessages(commandNames)
  const { navigate } = useRouter()
  const item = countChosen(choice.selection, total) > 0 ? active : undefined
  const folder = item && parentOf(item.path)
  return (
    <>
      {(item || path !== null) && (
        <EntryMenu
          entry={item}
          path={path ?? ''}
          isOnline={item?.online ?? true}
          onOpen={() => change({ preview: true })}
        />
      )}
      {item && folder && (
        <MenuItem
          icon={Folder}
          onClick={() => void navigate({ to: '/browse', search: { path: folder, sel: pathOf(item) } })}
        >
          {t.showInFolder}
        </MenuItem>
      )}
      {!item && (
        <MenuItem icon={CheckCheck} onClick={() => select(everything)}>
          {names['select-all']}
        </MenuItem>
      )}
    </>
  )
}

/** When a photo was taken, and what says so. */
function Taken({ item: { takenAt, takenFrom } }: { item: MediaItem }) {
  const t = useMessages(messages)
  const { dateTime } = useFormat()
  return t.taken(dateTime(takenAt), takenFrom === 'metadata' ? t.fromMetadata : t.fromFileOne)
}

interface TimelinePreviewProps {
  readonly timeline: Timeline
  readonly item: MediaItem
  readonly change: ChangeAddress
}

/** The active photo as large as the window; arrows go through the timeline. */
function TimelinePreview({ change, item, timeline: { choice, go, listing, total } }: TimelinePreviewProps) {
  const row = choice.active ?? 0
  return (
    <Preview
      entry={item}
      onClose={() => change({ preview: undefined }, { replace: true })}
      onNext={row < total - 1 ? () => go(row + 1, 'only') : undefined}
      onPrevious={row > 0 ? () => go(row - 1, 'only') : undefined}
      position={{ index: row + 1, total }}
      strip={{ entryAt: (offset) => listing.entryAt(row + offset), onGo: (offset) => go(row + offset, 'only') }}
      neighbours={[row + 1, row - 1].flatMap((each) => listing.entryAt(each) ?? [])}
    />
  )
}

interface StateProps extends OnlyProps {
  readonly filters: Filters
  readonly timeline: Timeline
  readonly path: string | null
}

/** What stands where there are no photos, or none yet. */
function State({ change, filters, only, path, timeline: { media } }: StateProps) {
  const t = useMessages(messages)
  const { error, retry, timeline } = media
  if (error && !timeline) {
    const isNotIndexed = error instanceof ClientError && error.code === 'Unavailable' && path !== null
    if (isNotIndexed) return <NotIndexed path={path} />
    return <ErrorNote error={error} title={t.failed} onRetry={retry} className="m-4" />
  }
  if (!timeline) return <Waiting />
  if (filters.camera !== undefined || filters.within !== undefined || filters.photosOnly)
    return (
      <EmptyState
        icon={Images}
        title={t.emptyFiltered}
        action={
          <Button onClick={() => filters.set({ camera: undefined, within: undefined, photosOnly: false })}>
            {t.showAll}
          </Button>
        }
      />
    )
  if (only)
    return (
      <EmptyState
        icon={onlyIcons[only]}
        title={t.emptyOnly[only]}
        action={<Button onClick={() => change({ only: undefined }, { replace: true })}>{t.kinds.all}</Button>}
      />
    )
  return (
    <EmptyState icon={Images} title={t.empty}>
      <p>{path === null ? t.emptyAll : t.emptyText}</p>
    </EmptyState>
  )
}

/** Squares of the first lines. */
const WAITING_TILES = 24

function Waiting() {
  const t = useMessages(messages)
  return (
    <div role="status" aria-label={t.loading} className="flex flex-wrap gap-1 overflow-hidden p-2 pt-9">
      {Array.from({ length: WAITING_TILES }, (_, i) => (
        <Skeleton key={i} className="size-36" />
      ))}
    </div>
  )
}

/** What keys do besides those of the view. */
function useTimelineCommands(
  timeline: Timeline,
  path: string | null,
  change: ChangeAddress,
  isInspected: boolean,
): void {
  const { history, navigate } = useRouter()
  const canGoBack = useCanGoBack()
  const { active, choice, select, total } = timeline
  const parent = path === null ? null : parentOf(path)
  useCommand('open', () => change({ preview: true }), active !== undefined)
  useCommand('preview', () => change({ preview: true }), active !== undefined)
  useCommand('inspector', () => change({ inspector: isInspected ? undefined : true }, { replace: true }))
  useCommand('select-all', () => select(everything))
  useCommand(
    'parent',
    () => parent !== null && void navigate({ to: '/browse', search: { path: parent, view: 'timeline' } }),
    parent !== null,
  )
  useCommand('escape', () => {
    if (countChosen(choice.selection, total) > 0) select(nothing)
    else if (isInspected) change({ inspector: undefined }, { replace: true })
    else if (canGoBack) history.back()
  })
}
