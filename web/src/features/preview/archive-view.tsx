import type { OutputOf } from '@spacedrive/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Lock } from 'lucide-react'
import { useRef } from 'react'
import { connection, pathOf } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, KindIcon, SafeName, Skeleton } from '../../ui/index.ts'
import { WaysOut } from './facts-view.tsx'
import { messages } from './messages.ts'
import type { ViewProps } from './preview-body.tsx'

const MEMBERS_AT_ONCE = 1_000
const ROW_HEIGHT = 28
const ROWS_AHEAD = 10

/** What is in an archive, in its order. */
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
  const members = data.pages.flatMap(({ items }) => items)
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

type Member = OutputOf<'files.archive'>['items'][number]

function Members({ members, total }: { members: readonly Member[]; total: number }) {
  const t = useMessages(messages)
  const { bytes, dateTime } = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here alone
  const rows = useVirtualizer({
    count: members.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_AHEAD,
  })
  const columns = 'grid grid-cols-[minmax(0,1fr)_7rem_13rem] gap-3 px-4 max-sm:grid-cols-[minmax(0,1fr)_6rem]'
  return (
    <div ref={scroller} tabIndex={0} role="region" aria-label={t.members} className="min-h-0 flex-1 overflow-auto">
      <div role="table" aria-label={t.members} aria-rowcount={total + 1}>
        <div
          role="rowgroup"
          className="bg-canvas border-line text-muted sticky top-0 z-10 border-b text-xs font-medium"
        >
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
            const { encrypted, kind, modifiedAt, path, size } = members[index]!
            return (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className={`${columns} absolute inset-x-0 top-0 h-7 items-center`}
                style={{ transform: `translateY(${start}px)` }}
              >
                <span role="cell" className="flex min-w-0 items-center gap-2">
                  <KindIcon entry={{ kind, type: 'unknown' }} />
                  <SafeName name={path} isCut className="min-w-0" />
                  {encrypted && (
                    <Lock size={14} strokeWidth={1.5} aria-label={t.encrypted} className="text-warn shrink-0" />
                  )}
                </span>
                <span role="cell" className="text-muted text-end tabular-nums">
                  {size === null || kind === 'directory' ? '' : bytes(size)}
                </span>
                <span role="cell" className="text-muted tabular-nums max-sm:hidden">
                  {modifiedAt && dateTime(modifiedAt)}
                </span>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}
