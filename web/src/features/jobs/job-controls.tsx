import { Pause, Play, RotateCcw, X } from 'lucide-react'
import { useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { IconButton, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { Job } from './use-job-words.ts'

/** What can be done with a job in its state. */
export function JobControls({ job: { id, status } }: { job: Job }) {
  const t = useMessages(messages)
  const options = { onError: (err: Error) => toastError(t.notDone, err) }
  const pause = useAction('jobs.pause')
  const resume = useAction('jobs.resume')
  const cancel = useAction('jobs.cancel')
  const retry = useAction('jobs.retry')
  const isActive = status === 'queued' || status === 'running' || status === 'paused'
  return (
    <span className="flex shrink-0">
      {(status === 'running' || status === 'queued') && (
        <IconButton icon={Pause} label={t.pause} onClick={() => pause.mutate({ job: id }, options)} />
      )}
      {status === 'paused' && (
        <IconButton icon={Play} label={t.resume} onClick={() => resume.mutate({ job: id }, options)} />
      )}
      {isActive && <IconButton icon={X} label={t.cancel} onClick={() => cancel.mutate({ job: id }, options)} />}
      {(status === 'failed' || status === 'cancelled') && (
        <IconButton icon={RotateCcw} label={t.retry} onClick={() => retry.mutate({ job: id }, options)} />
      )}
    </span>
  )
}
