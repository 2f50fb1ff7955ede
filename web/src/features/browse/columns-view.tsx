import type { Entry } from '@spacedrive/core/domain'
import { ChevronRight } from 'lucide-react'
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useLibraryId, useOperation, pathOf } from '../../api/index.ts'
import { usePreferences } from '../../app/preferences.ts'
import { foldersTo, isWithin, nameOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, SafeName, Skeleton, Thumbnail } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { rowsToRender } from './rows-to-render.ts'
import { isChosen } from './selection.ts'
import { useChangeSearch } from './use-change-search.ts'
import { useGridKeys } from './use-grid-keys.ts'
import { type Listing, type ListingInput, PAGE_ROWS, useListing } from './use-listing.ts'
import { useRowEvents } from './use-row-events.ts'
import { useRowFocus } from './use-row-focus.ts'
import { useSteadyRows } from './use-steady-rows.ts'
import { useVirtualRows } from './use-virtual-rows.ts'
import type { ViewProps } from './view-props.ts'
import type { Span } from './virtual-scroll.ts'

/** Pixels of a row. */
const ROW_HEIGHT = { compact: 28, comfortable: 36 } as const
const PADDING = 4
/** Folders above the one that is looked at that are shown beside it. */
const MAX_ABOVE = 8

/** Folders beside one another: those above, the one that is looked at, and what is in the folder that is chosen there. */
export function ColumnsView({ folder, label, onOpen }: ViewProps) {
  const { choice, listing } = folder
  const { path } = listing.input
  const change = useChangeSearch()
  const strip = useRef<HTMLDivElement>(null)
  const active = choice.active === null ? undefined : listing.entryAt(choice.active)
  const next = active?.kind === 'directory' ? pathOf(active) : null
  const above = useFoldersAbove(path)
  useLayoutEffect(() => {
    const { current: all } = strip
    const main = all?.querySelector<HTMLElement>('[role="grid"]')
    // As far as the column that has the keys stays whole: on a narrow window the next one only shows its beginning.
    if (!all || !main) return
    const [view, column] = [all.getBoundingClientRect(), main.getBoundingClientRect()]
    // From right to left, columns begin at the right edge, and positions are negative.
    const isRightToLeft = getComputedStyle(all).direction === 'rtl'
    const left = isRightToLeft ? column.right - view.right : column.left - view.left
    all.scrollBy({ left, behavior: 'instant' })
  }, [above?.length, next])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    const parent = parentOf(path)
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl'
    if (event.key === (isRightToLeft ? 'ArrowLeft' : 'ArrowRight') && next !== null) {
      event.preventDefault()
      change({ path: next, sel: undefined })
    }
    if (event.key === (isRightToLeft ? 'ArrowRight' : 'ArrowLeft') && above && above.length > 0 && parent !== null) {
      event.preventDefault()
      change({ path: parent, sel: path })
    }
  }
  // Columns that came or went later would push the others aside.
  if (!above) return null
  return (
    <div ref={strip} role="presentation" onKeyDown={onKeyDown} className="flex min-h-0 flex-1 overflow-x-auto">
      {above.map((folderPath, i) => (
        <SideColumn
          key={folderPath}
          input={{ ...listing.input, path: folderPath }}
          chosen={above[i + 1] ?? path}
          onOpen={(entry) => change({ path: folderPath, sel: pathOf(entry) })}
        />
      ))}
      <MainColumn folder={folder} label={label} onOpen={onOpen} />
      {next !== null && (
        <SideColumn
          key={next}
          input={{ ...listing.input, path: next }}
          chosen={null}
          onOpen={(entry) => change({ path: next, sel: pathOf(entry) })}
        />
      )}
    </div>
  )
}

/** The folders from the location down to the one above; null until the locations are known. */
function useFoldersAbove(path: string): string[] | null {
  const { data, isPending } = useOperation('locations.list', {})
  if (isPending) return null
  const location = data?.find((each) => isWithin(path, each.path))
  const folders = foldersTo(path).slice(0, -1)
  return folders.filter((folder) => !location || isWithin(folder, location.path)).slice(-MAX_ABOVE)
}

const COLUMN = 'border-line flex w-64 shrink-0 flex-col border-e max-sm:w-[80%]'

/** The column that has the keys. */
function MainColumn({ folder, label, onOpen }: ViewProps) {
  const rowHeight = ROW_HEIGHT[usePreferences((preferences) => preferences.density)]
  const library = useLibraryId()
  const { choice, initialTop, listing, onScroll, onSpan, reveal, total } = folder
  const virtual = useVirtualRows({ rows: total, rowHeight, padding: PADDING, initialTop, onScroll })
  const { attach, height, span, viewport, yOf } = virtual
  const { first, last } = span
  useEffect(() => onSpan({ first, last }), [first, last, onSpan])
  useRowFocus(reveal, virtual, 1)
  useSteadyRows(listing, virtual, { rowHeight, columns: 1 })
  const onKeyDown = useGridKeys(folder, { columns: 1, lines: Math.floor(viewport.height / rowHeight) })
  const events = useRowEvents(folder, onOpen)
  return (
    <div
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-rowcount={total}
      aria-colcount={1}
      aria-multiselectable
      onKeyDown={onKeyDown}
      className={cn(COLUMN, 'outline-none')}
    >
      <div ref={attach} role="presentation" {...events} className="min-h-0 flex-1 overflow-y-auto">
        <div role="rowgroup" className="relative" style={{ height }}>
          {rowsToRender(span, choice.active ?? 0, total).map((row) => (
            <div
              key={row}
              role="row"
              aria-rowindex={row + 1}
              aria-selected={isChosen(choice.selection, row)}
              data-row={row}
              tabIndex={row === (choice.active ?? 0) ? 0 : -1}
              className={cn(
                'absolute inset-x-1 flex px-2 outline-offset-[-2px] select-none',
                isChosen(choice.selection, row) ? 'bg-accent-soft' : 'hover:bg-hover rounded-control',
              )}
              style={{ height: rowHeight, transform: `translateY(${yOf(row)}px)` }}
            >
              <div role="gridcell" className="flex min-w-0 flex-1">
                <Name entry={listing.entryAt(row)} library={library} size={rowHeight - 8} isOnline={listing.online} />
              </div>
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

interface SideColumnProps {
  readonly input: ListingInput
  /** Path of the entry that leads on. */
  readonly chosen: string | null
  readonly onOpen: (entry: Entry) => void
}

/** Another folder beside: its entries are buttons. */
function SideColumn({ chosen, input, onOpen }: SideColumnProps) {
  const t = useMessages(messages)
  const rowHeight = ROW_HEIGHT[usePreferences((preferences) => preferences.density)]
  const library = useLibraryId()
  const [pages, setPages] = useState<Span>({ first: 0, last: 0 })
  const listing = useListing(input, pages, null)
  const virtual = useVirtualRows({ rows: listing.total ?? 0, rowHeight, padding: PADDING })
  const { attach, height, show, span, viewport, yOf } = virtual
  const [first, last] = [pageOf(span.first), pageOf(Math.max(span.first, span.last))]
  if (pages.first !== first || pages.last !== last) setPages({ first, last })
  const chosenRow = chosen === null ? null : listing.rowOf(chosen)
  const isMeasured = viewport.height > 0
  useEffect(() => {
    if (chosenRow !== null && isMeasured) show(chosenRow)
    // Only what is chosen anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [chosenRow, isMeasured])
  return (
    <div className={COLUMN}>
      <div ref={attach} className="min-h-0 flex-1 overflow-y-auto">
        <ul aria-label={t.contents(nameOf(input.path))} className="relative" style={{ height }}>
          {rowsToRender(span, 0, listing.total ?? 0).map((row) => (
            <SideRow
              key={row}
              listing={listing}
              row={row}
              y={yOf(row)}
              height={rowHeight}
              library={library}
              isChosen={row === chosenRow}
              onOpen={onOpen}
            />
          ))}
        </ul>
      </div>
    </div>
  )
}

interface SideRowProps {
  readonly listing: Listing
  readonly row: number
  readonly y: number
  readonly height: number
  readonly library: string | null
  readonly isChosen: boolean
  readonly onOpen: (entry: Entry) => void
}

function SideRow({ height, isChosen: isLeadingOn, library, listing, onOpen, row, y }: SideRowProps) {
  const entry = listing.entryAt(row)
  return (
    <li className="absolute inset-x-1" style={{ height, transform: `translateY(${y}px)` }}>
      <button
        type="button"
        tabIndex={-1}
        disabled={!entry}
        aria-current={isLeadingOn || undefined}
        onClick={() => entry && onOpen(entry)}
        className={cn('rounded-control flex size-full px-2', isLeadingOn ? 'bg-hover font-medium' : 'hover:bg-hover')}
      >
        <Name entry={entry} library={library} size={height - 8} isOnline={listing.online} />
      </button>
    </li>
  )
}

interface NameProps {
  readonly entry: Entry | undefined
  readonly library: string | null
  readonly size: number
  readonly isOnline: boolean
}

function Name({ entry, isOnline, library, size }: NameProps) {
  if (!entry) return <Skeleton className="my-auto h-3 w-2/3" />
  return (
    <span className={cn('flex min-w-0 flex-1 items-center gap-2', !isOnline && 'text-muted')}>
      <Thumbnail entry={entry} library={library} size={size} iconSize={16} className={cn(!isOnline && 'opacity-60')} />
      <SafeName name={entry.name} isCut className="flex-1 text-start" />
      {entry.kind === 'directory' && (
        <ChevronRight size={14} strokeWidth={1.5} aria-hidden className="text-faint shrink-0 rtl:rotate-180" />
      )}
    </span>
  )
}

function pageOf(row: number): number {
  return Math.floor(row / PAGE_ROWS) * PAGE_ROWS
}
