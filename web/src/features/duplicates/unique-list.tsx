import type { InputOf } from '@spacedrive/client'
import { Link } from '@tanstack/react-router'
import { FileQuestion } from 'lucide-react'
import { useEffect } from 'react'
import { pathOf, useLibraryId, useOperation } from '../../api/index.ts'
import { parentOf, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, EmptyState, ErrorNote, SafeName, Skeleton, Thumbnail } from '../../ui/index.ts'
import { useVirtualRows } from '../browse/index.ts'
import { placeText } from '../search/index.ts'
import { messages } from './messages.ts'
import { usePaged } from './use-paged.ts'

/** Pixels. */
const ROW = 48
/** The next page is asked for so many rows before the end is seen. */
const AHEAD = 40

/** Files whose content exists once, the largest first. */
export function UniqueList({ input }: { input: InputOf<'copies.unique'> }) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const library = useLibraryId()
  const locations = useOperation('locations.list', {}).data ?? []
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = usePaged('copies.unique', input)
  const files = data?.pages.flatMap((page) => page.items) ?? []
  const { attach, height, span, yOf } = useVirtualRows({ rows: files.length, rowHeight: ROW })
  const isNearEnd = span.last >= files.length - AHEAD
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, isNearEnd])

  if (error) return <ErrorNote error={error} title={t.failed} onRetry={() => void refetch()} className="m-4" />
  if (!data) return <Skeleton className="m-4 h-12" />
  if (files.length === 0)
    return (
      <EmptyState icon={FileQuestion} title={t.noUnique}>
        {t.noUniqueText}
      </EmptyState>
    )
  return (
    <div ref={attach} tabIndex={0} role="region" aria-label={t.unique} className="min-h-0 flex-1 overflow-y-auto">
      <ul className="relative mx-auto max-w-5xl" style={{ height }}>
        {files.slice(span.first, span.last + 1).map((file, i) => {
          const index = span.first + i
          return (
            <li
              key={file.id ?? file.path}
              aria-posinset={index + 1}
              aria-setsize={data.pages[0]!.total}
              className="absolute inset-x-2"
              style={{ height: ROW, transform: `translateY(${yOf(index)}px)` }}
            >
              <Link
                to="/browse"
                search={{ path: parentOf(file.path) ?? file.path, sel: pathOf(file) }}
                preload={false}
                className="rounded-control hover:bg-hover flex h-full items-center gap-3 px-2 outline-offset-[-2px]"
              >
                <Thumbnail
                  entry={file}
                  library={library}
                  size={40}
                  iconSize={24}
                  className={cn(!file.online && 'opacity-60')}
                />
                <span className="min-w-0 flex-1">
                  <SafeName name={file.name} isCut />
                  <span className="text-muted block truncate text-xs">
                    {placeText({ ...file, why: [] }, locations)}
                    {!file.online && ` · ${t.offline}`}
                  </span>
                </span>
                <span className="text-muted shrink-0 text-xs max-sm:hidden">{file.volume ?? ''}</span>
                <span className="text-muted w-20 shrink-0 text-end tabular-nums">{bytes(file.size)}</span>
              </Link>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
