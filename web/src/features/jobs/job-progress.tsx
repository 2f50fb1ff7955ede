import { useFormat } from '../../format/index.ts'
import { ProgressBar } from '../../ui/index.ts'
import { TimeLeft } from './time-left.tsx'
import { type Job, useJobWords } from './use-job-words.ts'

/** How far a job is: what it is at, a bar once the total is known, the numbers, the time left. */
export function JobProgress({ job }: { job: Job }) {
  const { count } = useFormat()
  const words = useJobWords()
  const { done, etaMs, total } = job.progress
  const phase = words.phase(job)
  return (
    <span className="text-muted flex min-w-0 items-center gap-2 text-xs">
      {phase && <span className="truncate max-sm:hidden">{phase}</span>}
      <ProgressBar
        part={total ? done / total : null}
        label={words.title(job)}
        className="w-24 shrink-0 max-sm:hidden"
      />
      <span className="whitespace-nowrap tabular-nums">
        {total === null ? count(done) : `${count(done)} / ${count(total)}`}
      </span>
      <TimeLeft ms={etaMs} />
    </span>
  )
}
