import { useInfiniteQuery } from '@tanstack/react-query'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight, Lock } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, useId, useMemo, useRef, useState } from 'react'
import { connection, pathOf } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, ErrorNote, KindIcon, SafeName, Skeleton } from '../../ui/index.ts'
import { afterTreeKey, archiveTree, firstExpanded, type Member, visibleRows } from './archive-tree.ts'
import { WaysOut } from './facts-view.tsx'
import { messages } from './messages.ts'
import type { ViewProps } from './preview-body.tsx'

const MEMBERS_AT_ONCE = 1_000
const ROW_HEIGHT = 28
const ROWS_AHEAD = 10

/** What is in an archive, as a tree in its order. */
export function ArchiveView({ file }: ViewProps) {
  const t = useMessages(messages)
  const path = file.standIn?.path ?? pathOf(file.entry)
  const { data, error, fetchNextPage, hasNextPage, isFetching, refetch } = useInfiniteQuery({
    queryKey: ['archive', path],
    initialPageParam: 0,
    gcTime: 0,
    queryFn: ({ pageParam, signal }) =>
      connection.query('files.archive', { path, offset: pageParam, limit: MEMBERS_AT_ONCE }, { signal }),
    getNextPageParam: ({ total }, pages) => {
      const listed = pages.reduce((sum, { items }) => sum + items.length, 0)
      return listed < total ? listed : undefined
    },
  })
  if (error && !data)
    return (
      <div className="m-auto flex flex-col items-center gap-3 p-6">
        <ErrorNote error={error} title={t.archiveBroken} onRetry={() => void refetch()} />
        <WaysOut file={file} />
      </div>
    )
  if (!data) return <Skeleton className="m-6 flex-1" />
  // The same list as long as the pages are the same.
  const members = membersOf(data.pages)
  const { format, total, truncated } = data.pages[0]!
  if (members.length === 0) return <p className="text-muted m-auto">{t.archiveEmpty}</p>
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <Members members={members} total={total} />
      <footer className="border-line text-muted flex items-center gap-3 border-t px-4 py-1.5 text-xs">
        <span>{format}</span>
        <span className="tabular-nums">{t.membersCount(total)}</span>
        {truncated && <span className="text-warn">{t.archiveTruncated}</span>}
        {hasNextPage && (
          <Button className="ms-auto h-7" disabled={isFetching} onClick={() => void fetchNextPage()}>
            {t.loadMore}
          </Button>
        )}
      </footer>
    </div>
  )
}

/** One list for the same pages, so that the tree of it is made once. */
const lists = new WeakMap<object, readonly Member[]>()

function membersOf(pages: readonly { readonly items: readonly Member[] }[]): readonly Member[] {
  const known = lists.get(pages)
  if (known) return known
  const members = pages.flatMap(({ items }) => items)
  lists.set(pages, members)
  return members
}

/** What is in exactly one of two sets. */
function changedSet(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a, ...b].filter((each) => a.has(each) !== b.has(each)))
}

/** Pixels that each level is indented by. */
const INDENT = 16

function Members({ members, total }: { members: readonly Member[]; total: number }) {
  const t = useMessages(messages)
  const { bytes, dateTime } = useFormat()
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const roots = useMemo(() => archiveTree(members), [members])
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set())
  const [wanted, setActive] = useState(0)
  const first = useMemo(() => firstExpanded(roots, total), [roots, total])
  const shown = useMemo(() => visibleRows(roots, changedSet(first, changed)), [changed, first, roots])
  const active = Math.min(wanted, shown.length - 1)
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here alone
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_AHEAD,
    // The active row stays, as readers are told of it.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), active])].toSorted((a, b) => a - b),
  })
  const toggle = (path: string) => setChanged(changedSet(changed, new Set([path])))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const done = afterTreeKey(shown, active, event.key)
    if (!done) return
    event.preventDefault()
    if ('toggle' in done) return toggle(done.toggle)
    setActive(done.go)
    rows.scrollToIndex(done.go)
  }
  const onClick = ({ target }: MouseEvent) => {
    const row = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null
    const pressed = row && shown[Number(row.dataset['row'])]
    if (!pressed) return
    setActive(Number(row.dataset['row']))
    if (pressed.node.children.length > 0) toggle(pressed.node.path)
  }
  const columns = 'grid grid-cols-[minmax(0,1fr)_7rem_13rem] gap-3 px-4 max-sm:grid-cols-[minmax(0,1fr)_6rem]'
  return (
    <div
      ref={scroller}
      role="treegrid"
      aria-label={t.members}
      aria-rowcount={shown.length + 1}
      aria-activedescendant={`${id}-${active}`}
      tabIndex={0}
      data-own-arrows
      onClick={onClick}
      onKeyDown={onKeyDown}
      className="group/tree min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
    >
      <div role="rowgroup" className="bg-canvas border-line text-muted sticky top-0 z-10 border-b text-xs font-medium">
        <div role="row" aria-rowindex={1} className={`${columns} h-7 items-center`}>
          <span role="columnheader">{t.memberName}</span>
          <span role="columnheader" className="text-end">
            {t.memberSize}
          </span>
          <span role="columnheader" className="max-sm:hidden">
            {t.memberDate}
          </span>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const { isExpanded, node, position, siblings } = shown[index]!
          const { children, encrypted, kind, level, modifiedAt, name, path, size } = node
          return (
            <div
              key={path}
              id={`${id}-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-level={level}
              aria-posinset={position}
              aria-setsize={siblings}
              aria-expanded={children.length > 0 ? isExpanded : undefined}
              aria-selected={index === active}
              data-row={index}
              className={cn(
                columns,
                'absolute inset-x-0 top-0 h-7 items-center',
                index === active && 'group-focus-visible/tree:bg-accent-soft',
              )}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span
                role="gridcell"
                className="flex min-w-0 items-center gap-2"
                style={{ paddingInlineStart: (level - 1) * INDENT }}
              >
                <ChevronRight
                  size={14}
                  strokeWidth={1.5}
                  aria-hidden
                  className={cn(
                    'shrink-0 rtl:-scale-x-100',
                    isExpanded && 'rotate-90',
                    children.length === 0 && 'invisible',
                  )}
                />
                <KindIcon entry={{ kind, type: 'unknown' }} />
                <SafeName name={name} isCut className="min-w-0" />
                {encrypted && (
                  <Lock size={14} strokeWidth={1.5} aria-label={t.encrypted} className="text-warn shrink-0" />
                )}
              </span>
              <span role="gridcell" className="text-muted text-end tabular-nums">
                {size === null ? '' : bytes(size)}
              </span>
              <span role="gridcell" className="text-muted tabular-nums max-sm:hidden">
                {modifiedAt && dateTime(modifiedAt)}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
