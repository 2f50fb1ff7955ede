import type { Offer, Transfer } from '@spacedrive/core/domain'
import { Link } from '@tanstack/react-router'
import { ArrowDownToLine, ArrowUpFromLine, Inbox, LoaderCircle, TriangleAlert } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { usePageName } from '../../app/use-pages.ts'
import { useMessages } from '../../i18n/index.ts'
import { SafeText } from '../../ui/index.ts'
import { JobControls } from './job-controls.tsx'
import { JobProgress } from './job-progress.tsx'
import { messages } from './messages.ts'
import { isOn, TransferControls, TransferProgress } from './transfer-row.tsx'
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
  const failed = [...jobs.map(({ status }) => status), ...transfers.map(({ state }) => state)].filter(
    (state) => state === 'failed',
  ).length
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
      <Link
        to="/jobs"
        className="hover:text-text ms-auto flex items-center gap-1 py-1.5 underline-offset-2 hover:underline"
      >
        {failed > 0 && <TriangleAlert size={14} strokeWidth={1.75} aria-hidden className="text-warn" />}
        {failed > 0 ? t.failures(failed) : title}
      </Link>
    </footer>
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
