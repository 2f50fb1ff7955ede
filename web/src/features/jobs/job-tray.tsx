import type { Offer, Transfer } from '@spacedrive/core/domain'
import { Link } from '@tanstack/react-router'
import { ArrowDownToLine, ArrowUpFromLine, Inbox, LoaderCircle, TriangleAlert, X } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { usePreferences } from '../../app/preferences.ts'
import { usePageName } from '../../app/use-pages.ts'
import { useMessages } from '../../i18n/index.ts'
import { IconButton, SafeText } from '../../ui/index.ts'
import { JobControls } from './job-controls.tsx'
import { JobProgress } from './job-progress.tsx'
import { messages } from './messages.ts'
import { hasFailed, isOn, TransferControls, TransferProgress } from './transfer-row.tsx'
import { type Job, useJobWords } from './use-job-words.ts'

/** Jobs looked at for the line. */
const LOOKED_AT = 50

/** The line at the bottom of the window: what runs, how far it is, what failed. */
export function JobTray() {
  const t = useMessages(messages)
  const title = usePageName('/jobs')
  const jobs = useOperation('jobs.list', { limit: LOOKED_AT }).data ?? []
  const offers = useOperation('offers.list', {}).data?.filter(isWaiting) ?? []
  const active = jobs.filter(({ status }) => status === 'running' || status === 'queued' || status === 'paused')
  const shown = active.find(({ status }) => status === 'running') ?? active[0]
  const transfers = useOperation('transfers.list', {}).data ?? []
  const onTheirWay = transfers.filter(isOn)
  const moving = onTheirWay.find(({ state }) => state === 'running') ?? onTheirWay[0]
  const failedAt = [...jobs.filter(hasFailed), ...transfers.filter(hasFailed)].map(({ endedAt }) => endedAt ?? '')
  const more = Math.max(0, active.length - 1) + Math.max(0, onTheirWay.length - 1)
  return (
    <footer
      aria-label={title}
      data-pane
      className="border-line bg-panel text-muted flex min-h-8 shrink-0 items-center gap-x-3 overflow-hidden border-t px-3 text-xs whitespace-nowrap"
    >
      {moving && <Moving transfer={moving} />}
      {shown && <Shown job={shown} />}
      {!moving && !shown && <span>{t.idle}</span>}
      {more > 0 && <span>{t.more(more)}</span>}
      {offers.length > 0 && (
        <Link to="/devices" className="text-text flex items-center gap-1 py-1.5 underline-offset-2 hover:underline">
          <Inbox size={14} strokeWidth={1.75} aria-hidden className="text-accent" />
          {t.offers(offers.length)}
        </Link>
      )}
      <span className="ms-auto" />
      <NewFailures failedAt={failedAt} />
      <Link to="/jobs" className="hover:text-text flex items-center py-1.5 underline-offset-2 hover:underline">
        {title}
      </Link>
    </footer>
  )
}

/** The failures that the user has not dismissed, and the way to them. */
function NewFailures({ failedAt }: { failedAt: readonly string[] }) {
  const t = useMessages(messages)
  const { failuresSeenAt, set } = usePreferences()
  const count = failedAt.filter((at) => failuresSeenAt === null || at > failuresSeenAt).length
  if (count === 0) return null
  return (
    <span className="flex items-center gap-1">
      <Link
        to="/jobs"
        hash="failed"
        className="hover:text-text flex items-center gap-1 py-1.5 underline-offset-2 hover:underline"
      >
        <TriangleAlert size={14} strokeWidth={1.75} aria-hidden className="text-warn" />
        {t.failures(count)}
      </Link>
      <IconButton
        icon={X}
        label={t.dismiss}
        className="size-6"
        onClick={(event) => {
          // The button goes away; the focus stays in the bar.
          event.currentTarget.closest('footer')?.querySelector<HTMLElement>(':scope > a:last-child')?.focus()
          set({ failuresSeenAt: failedAt.toSorted().at(-1)! })
        }}
      />
    </span>
  )
}

/** Somebody here is to say yes or no. */
function isWaiting({ direction, state }: Offer): boolean {
  return direction === 'in' && (state === 'waiting' || state === 'comparing')
}

function Moving({ transfer }: { transfer: Transfer }) {
  const t = useMessages(messages)
  const { device, direction } = transfer
  return (
    <>
      {direction === 'in' ? (
        <ArrowDownToLine size={14} strokeWidth={1.75} aria-hidden />
      ) : (
        <ArrowUpFromLine size={14} strokeWidth={1.75} aria-hidden />
      )}
      <span className="text-text truncate">
        <SafeText text={transfer.title} />{' '}
        <SafeText text={direction === 'in' ? t.fromDevice(device.name) : t.toDevice(device.name)} />
      </span>
      <TransferProgress transfer={transfer} />
      <TransferControls transfer={transfer} />
    </>
  )
}

function Shown({ job }: { job: Job }) {
  const words = useJobWords()
  return (
    <>
      {job.status === 'running' && (
        <LoaderCircle size={14} strokeWidth={1.75} aria-hidden className="motion-safe:animate-spin" />
      )}
      <span className="text-text truncate">{words.title(job)}</span>
      <JobProgress job={job} />
      <JobControls job={job} />
    </>
  )
}
