import { useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Dialog, ErrorNote, SafeName, SafeText, Said } from '../../ui/index.ts'
import { readLogLine } from './log-line.ts'
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
          <ul className="bg-sunken rounded-control divide-line divide-y px-2 text-xs">
            {data.log.map((line, i) => (
              <LogRow key={i} line={line} />
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  )
}

function LogRow({ line }: { line: string }) {
  const { dateTime } = useFormat()
  const { details, level, message, time } = readLogLine(line)
  return (
    <li className="py-1 break-words">
      {time && <span className="text-faint tabular-nums">{dateTime(time)} </span>}
      <span className={level === 'error' ? 'text-bad' : level === 'warn' ? 'text-warn' : undefined}>
        <SafeText text={message} />
      </span>
      {details !== '' && (
        <span className="text-muted">
          {' '}
          (<SafeText text={details} />)
        </span>
      )}
    </li>
  )
}
