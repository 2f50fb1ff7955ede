import { JobProgress } from './job-progress.tsx'
import { type Job, useJobWords } from './use-job-words.ts'

/** A job of another device: what it is and how far; it is steered there. */
export function JobLine({ job }: { job: Job }) {
  const words = useJobWords()
  return (
    <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-3 px-3 py-1.5">
      <span className="truncate">{words.title(job)}</span>
      <JobProgress job={job} />
    </div>
  )
}
