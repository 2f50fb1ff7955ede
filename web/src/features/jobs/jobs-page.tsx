import type { Transfer } from '@spacedrive/core/domain'
import { CheckCheck, ListChecks } from 'lucide-react'
import { useState } from 'react'
import { useOperation } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, EmptyState, ErrorNote, Said } from '../../ui/index.ts'
import { JobControls } from './job-controls.tsx'
import { JobDetails } from './job-details.tsx'
import { JobProgress } from './job-progress.tsx'
import { messages } from './messages.ts'
import { NotMade, useNotMade } from './not-made.tsx'
import { hasFailed, isOn, TransferRow } from './transfer-row.tsx'
import { type Job, useJobWords } from './use-job-words.ts'

/** What runs and what has run, with its reasons where something failed. */
export function JobsPage() {
  const title = usePageName('/jobs')
  const t = useMessages(messages)
  const list = useOperation('jobs.list', {})
  const { error, refetch } = list
  const transferred = useOperation('transfers.list', {})
  const notMade = useNotMade()
  // Until all is there, nothing is shown: what came later would move the rest down.
  const isWhole = list.isFetched && transferred.isFetched && notMade.isFetched
  const jobs = isWhole ? list.data : undefined
  const transfers = (isWhole && transferred.data) || []
  const [shown, setShown] = useState<Job | null>(null)
  const isActive = ({ endedAt }: Job) => endedAt === null
  const failedJobs = jobs?.filter(hasFailed) ?? []
  const failedTransfers = transfers.filter(hasFailed)
  return (
    <Page title={title}>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <div className="mx-auto flex max-w-4xl flex-col gap-6">
          {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
          {jobs?.length === 0 && transfers.length === 0 && (
            <EmptyState icon={ListChecks} title={t.none}>
              {t.noneText}
            </EmptyState>
          )}
          <TransferList title={t.transfers} transfers={transfers.filter(isOn)} />
          <JobList title={t.active} jobs={jobs?.filter(isActive) ?? []} onShow={setShown} />
          <div id="failed" className="flex flex-col gap-6 empty:hidden">
            <JobList title={t.failedJobs} jobs={failedJobs} onShow={setShown} />
            <TransferList title={t.failedTransfers} transfers={failedTransfers} />
          </div>
          {isWhole && <NotMade {...notMade} />}
          <JobList
            title={t.ended}
            jobs={jobs?.filter((job) => !isActive(job) && !hasFailed(job)) ?? []}
            onShow={setShown}
          />
          <TransferList
            title={t.transfersEnded}
            transfers={transfers.filter((each) => !isOn(each) && !hasFailed(each))}
          />
        </div>
      </div>
      {shown && <JobDetails job={shown} onClose={() => setShown(null)} />}
    </Page>
  )
}

function TransferList({ title, transfers }: { title: string; transfers: readonly Transfer[] }) {
  if (transfers.length === 0) return null
  return (
    <section>
      <h2 className="pb-2 text-base font-semibold">{title}</h2>
      <ul className="rounded-tile border-line divide-line divide-y border">
        {transfers.map((transfer) => (
          <TransferRow key={transfer.id} transfer={transfer} />
        ))}
      </ul>
    </section>
  )
}

function JobList({ title, jobs, onShow }: { title: string; jobs: readonly Job[]; onShow: (job: Job) => void }) {
  if (jobs.length === 0) return null
  return (
    <section>
      <h2 className="pb-2 text-base font-semibold">{title}</h2>
      <ul className="rounded-tile border-line divide-line divide-y border">
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} onShow={() => onShow(job)} />
        ))}
      </ul>
    </section>
  )
}

const colours: Partial<Record<Job['status'], string>> = {
  failed: 'text-bad',
  paused: 'text-warn',
  running: 'text-accent',
}

function JobRow({ job, onShow }: { job: Job; onShow: () => void }) {
  const t = useMessages(messages)
  const { date, duration } = useFormat()
  const words = useJobWords()
  const { endedAt, error, startedAt, status, warnings } = job
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex items-center gap-2">
          {status === 'completed' && <CheckCheck size={14} strokeWidth={1.75} aria-hidden className="text-good" />}
          <span className="truncate font-medium">{words.title(job)}</span>
          <span className={cn('text-xs', colours[status] ?? 'text-muted')}>{t.status[status]}</span>
        </div>
        {error && (
          <p className="text-muted break-words">
            <Said of={error} />
          </p>
        )}
        {endedAt && (
          <p className="text-muted text-xs">
            {date(endedAt)}
            {startedAt && ` · ${t.took(duration(Date.parse(endedAt) - Date.parse(startedAt)))}`}
          </p>
        )}
      </div>
      {endedAt === null && <JobProgress job={job} />}
      {warnings > 0 && <span className="text-warn text-xs">{t.warnings(warnings)}</span>}
      <Button kind="quiet" onClick={onShow}>
        {t.details}
      </Button>
      <JobControls job={job} />
    </li>
  )
}
