import { Link } from '@tanstack/react-router'
import { LoaderCircle, TriangleAlert } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { JobControls } from './job-controls.tsx'
import { JobProgress } from './job-progress.tsx'
import { messages } from './messages.ts'
import { type Job, useJobWords } from './use-job-words.ts'

/** Jobs looked at for the line. */
const LOOKED_AT = 50

/** The line at the bottom of the window: what runs, how far it is, what failed. */
export function JobTray() {
  const t = useMessages(messages)
  const jobs = useOperation('jobs.list', { limit: LOOKED_AT }).data ?? []
  const active = jobs.filter(({ status }) => status === 'running' || status === 'queued' || status === 'paused')
  const shown = active.find(({ status }) => status === 'running') ?? active[0]
  const failed = jobs.filter(({ status }) => status === 'failed').length
  return (
    <footer
      aria-label={t.title}
      className="border-line bg-panel text-muted flex min-h-8 shrink-0 flex-wrap items-center gap-x-3 border-t px-3 text-xs"
    >
      {shown ? <Shown job={shown} /> : <span>{t.idle}</span>}
      {active.length > 1 && <span>{t.more(active.length - 1)}</span>}
      <Link
        to="/jobs"
        className="hover:text-text ms-auto flex items-center gap-1 py-1.5 underline-offset-2 hover:underline"
      >
        {failed > 0 && <TriangleAlert size={14} strokeWidth={1.75} aria-hidden className="text-warn" />}
        {failed > 0 ? t.failures(failed) : t.title}
      </Link>
    </footer>
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
