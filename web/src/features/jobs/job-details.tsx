import { useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Dialog, ErrorNote, SafeName, Said } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { type Job, useJobWords } from './use-job-words.ts'

/** All a job tells of itself: its error, what it could not do and went on without, the end of its log. */
export function JobDetails({ job, onClose }: { job: Job; onClose: () => void }) {
  const t = useMessages(messages)
  const words = useJobWords()
  const { dateTime } = useFormat()
  const { data, error } = useOperation('jobs.info', { job: job.id })
  return (
    <Dialog isOpen onClose={onClose} title={words.title(job)} className="w-[min(48rem,calc(100vw-2rem))]">
      {error && <ErrorNote error={error} />}
      {data?.error && <ErrorNote error={data.error} />}
      {data && data.warningList.length > 0 && (
        <section>
          <h3 className="pt-2 pb-1 font-semibold">{t.warningsTitle}</h3>
          <ul className="divide-line divide-y">
            {data.warningList.map(({ at, code, message, path }, i) => (
              <li key={i} className="py-1.5">
                {path && <SafeName name={path} className="font-medium" />}
                <p className="text-muted break-words">
                  <Said of={{ code, message }} />
                </p>
                <p className="text-faint text-xs">{dateTime(at)}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {data && data.log.length > 0 && (
        <section>
          <h3 className="pt-2 pb-1 font-semibold">{t.log}</h3>
          <pre className="bg-sunken rounded-control overflow-x-auto p-2 font-mono text-xs" tabIndex={0}>
            {data.log.join('\n')}
          </pre>
        </section>
      )}
    </Dialog>
  )
}
