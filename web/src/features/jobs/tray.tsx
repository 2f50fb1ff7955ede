import type { OutputOf } from '@spacedrive/client'
import { LoaderCircle } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { defineMessages, plural, useMessages } from '../../i18n/index.ts'
import { ProgressBar } from '../../ui/index.ts'

const messages = defineMessages({
  en: {
    label: 'Jobs',
    idle: 'Nothing is running',
    left: (time: string) => `${time} left`,
    more: (count: number) => plural('en', count, { one: '# more job', other: '# more jobs' }),
  },
  de: {
    label: 'Aufgaben',
    idle: 'Nichts läuft',
    left: (time) => `noch ${time}`,
    more: (count) => plural('de', count, { one: '# weitere Aufgabe', other: '# weitere Aufgaben' }),
  },
})

/** The line at the bottom of the window: what runs, how far it is. */
export function JobTray() {
  const t = useMessages(messages)
  const jobs = useOperation('jobs.list', { status: 'running' }).data ?? []
  const running = jobs[0]
  return (
    <footer
      aria-label={t.label}
      className="border-line bg-panel text-muted flex h-7 shrink-0 items-center gap-3 border-t px-3 text-xs"
    >
      {running ? <Running job={running} others={jobs.length - 1} /> : <span>{t.idle}</span>}
    </footer>
  )
}

function Running({ job, others }: { job: OutputOf<'jobs.list'>[number]; others: number }) {
  const t = useMessages(messages)
  const { count, duration } = useFormat()
  const { done, etaMs, phase, total } = job.progress
  return (
    <>
      <LoaderCircle size={14} strokeWidth={1.75} aria-hidden className="motion-safe:animate-spin" />
      <span className="truncate">{phase || job.name}</span>
      <ProgressBar part={total ? done / total : null} label={phase || job.name} className="w-32 max-sm:hidden" />
      <span className="tabular-nums">{total === null ? count(done) : `${count(done)} / ${count(total)}`}</span>
      {etaMs !== null && <span className="max-sm:hidden">{t.left(duration(etaMs))}</span>}
      {others > 0 && <span>{t.more(others)}</span>}
    </>
  )
}
