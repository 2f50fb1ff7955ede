import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { keepPreviousData } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { FileType } from '@spacedrive/core/domain'
import { queryClient, useCalmOperation } from '../../api/index.ts'
import { type CopiesSearch, readCopiesSearch } from './copies-search.ts'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, ProgressBar, toast, toastError } from '../../ui/index.ts'
import { FilterChip, PlaceBody, TypeBody, useFilterValues } from '../search/index.ts'
import { GroupList } from './group-list.tsx'
import { messages } from './messages.ts'
import { UniqueList } from './unique-list.tsx'
import { useCompare } from './use-compare.ts'
import { usePaged } from './use-paged.ts'

const route = getRouteApi('/duplicates')
/** Going through all contents of a large library is work. */
const NEWS_MS = 5_000

/** What the library holds more than once, and what it holds only once. */
export function DuplicatesPage() {
  const title = usePageName('/duplicates')
  const t = useMessages(messages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/duplicates' })
  const values = useFilterValues(search)
  const change = (part: { readonly [K in keyof CopiesSearch]?: CopiesSearch[K] | undefined }) =>
    void navigate({ search: (before) => readCopiesSearch({ ...before, ...part }) })
  const input = useMemo(
    () => ({
      types: (search.type ?? []).filter((type) => type !== 'folder') as FileType[],
      below: [...(search.in ?? [])],
      thumbs: true,
    }),
    [search.in, search.type],
  )
  const compare = useCompare()
  return (
    <Page
      title={title}
      toolbar={
        <div className="flex min-w-0 flex-1 flex-col gap-1">
          <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1">
            <h1 className="px-2 text-base font-semibold">{title}</h1>
            <nav aria-label={t.show} className="flex gap-1">
              <Tab label={t.several} isShown={search.show === undefined} search={{ ...search, show: undefined }} />
              <Tab label={t.unique} isShown={search.show === 'unique'} search={{ ...search, show: 'unique' }} />
            </nav>
            <div role="group" aria-label={t.filters} className="flex min-w-0 items-center gap-1.5">
              <FilterChip
                label={t.type}
                value={values.type}
                isBroken={false}
                onRemove={() => change({ type: undefined })}
              >
                {(close) => <TypeBody search={search} change={change} onClose={close} />}
              </FilterChip>
              <FilterChip label={t.in} value={values.in} isBroken={false} onRemove={() => change({ in: undefined })}>
                {(close) => <PlaceBody search={search} change={change} onClose={close} />}
              </FilterChip>
            </div>
          </div>
        </div>
      }
    >
      {search.show === 'unique' ? (
        <>
          <UniqueSummary input={input} />
          <UniqueList input={input} />
        </>
      ) : (
        <>
          <Summary input={input} compare={compare} />
          <GroupList input={input} onCompare={(contentId) => void compare.compare(contentId)} />
        </>
      )}
    </Page>
  )
}

interface TabProps {
  readonly label: string
  readonly isShown: boolean
  readonly search: { readonly [K in keyof CopiesSearch]?: CopiesSearch[K] | undefined }
}

function Tab({ isShown, label, search }: TabProps) {
  return (
    <Link
      to="/duplicates"
      search={readCopiesSearch(search)}
      aria-current={isShown ? 'page' : undefined}
      className={cn(
        'rounded-control flex h-7 cursor-default items-center px-2.5',
        isShown ? 'bg-accent-soft font-medium' : 'hover:bg-hover',
      )}
    >
      {label}
    </Link>
  )
}

interface SummaryProps {
  readonly input: { readonly types: FileType[]; readonly below: string[]; readonly thumbs: boolean }
  readonly compare: ReturnType<typeof useCompare>
}

/** How much there is more than once, and whether it is truly the same. */
function Summary({ compare: { compareAll, progress, stop }, input }: SummaryProps) {
  const t = useMessages(messages)
  const { bytes, count } = useFormat()
  const totals = useCalmOperation(
    'copies.list',
    { ...input, thumbs: false, limit: 1 },
    { everyMs: NEWS_MS, placeholderData: keepPreviousData },
  ).data
  const shown = usePaged('copies.list', input).data?.pages[0]
  const isOther =
    shown && totals && (shown.totalGroups !== totals.totalGroups || shown.extraFiles !== totals.extraFiles)
  const all = async () => {
    try {
      const result = await compareAll(input)
      if (result) toast(t.compared(result.done), { text: t.different(result.different) })
    } catch (err) {
      toastError(t.notCompared, err)
    }
  }
  if (!totals || totals.totalGroups === 0) return null
  return (
    <div className="border-line flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-2">
      <p role="status" className="min-w-0 flex-1">
        <span className="font-semibold">{t.frees(bytes(totals.reclaimableBytes))}</span>
        <span className="text-muted"> · {t.summary(t.contents(totals.totalGroups), t.extra(totals.extraFiles))}</span>
      </p>
      {isOther && <Button onClick={() => void queryClient.resetQueries({ queryKey: ['copies'] })}>{t.showAnew}</Button>}
      {progress ? (
        <div className="flex items-center gap-2">
          <ProgressBar
            part={progress.total > 0 ? progress.done / progress.total : null}
            label={t.comparing}
            className="w-32"
          />
          <span className="text-muted text-xs tabular-nums">
            {count(progress.done)} / {count(progress.total)}
          </span>
          <Button onClick={stop}>{t.stop}</Button>
        </div>
      ) : (
        <Button onClick={() => void all()} title={t.compareAllHint}>
          {t.compareAll}
        </Button>
      )}
      <p className="text-muted basis-full text-xs">{t.explain}</p>
    </div>
  )
}

function UniqueSummary({ input }: Pick<SummaryProps, 'input'>) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const totals = useCalmOperation(
    'copies.unique',
    { ...input, thumbs: false, limit: 1 },
    { everyMs: NEWS_MS, placeholderData: keepPreviousData },
  ).data
  if (!totals || totals.total === 0) return null
  return (
    <p role="status" className="border-line text-muted border-b px-4 py-2">
      <span className="text-text font-semibold">{t.files(totals.total)}</span> · {bytes(totals.totalBytes)} ·{' '}
      {t.uniqueExplain}
    </p>
  )
}
