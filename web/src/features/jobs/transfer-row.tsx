import type { Transfer } from '@spacedrive/core/domain'
import { Link } from '@tanstack/react-router'
import { ArrowDownToLine, ArrowUpFromLine, Pause, Play, X } from 'lucide-react'
import { useAction } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, IconButton, ProgressBar, SafeName, SafeText, Said, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { TimeLeft } from './time-left.tsx'

/** Failures of a transfer that are shown at once. */
const SHOWN = 5

/** Whether it goes on, or can. */
export function isOn({ endedAt }: Transfer): boolean {
  return endedAt === null
}

/** Whether a job or a transfer has failed. */
export function hasFailed(of: { readonly status: string } | { readonly state: string }): boolean {
  return ('status' in of ? of.status : of.state) === 'failed'
}

/** A transfer on the page of jobs: what, with whom, how far, what failed, what can be done. */
export function TransferRow({ transfer }: { transfer: Transfer }) {
  const t = useMessages(messages)
  const { date } = useFormat()
  const { device, direction, endedAt, error, failed, failures, folder, leftOut, state, title } = transfer
  const Icon = direction === 'in' ? ArrowDownToLine : ArrowUpFromLine
  const colour = state === 'failed' ? 'text-bad' : state === 'running' ? 'text-accent' : 'text-muted'
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex flex-wrap items-center gap-x-2">
          <Icon size={14} strokeWidth={1.75} aria-hidden className="text-muted shrink-0" />
          <span className="min-w-0 font-medium break-words">
            <SafeText text={title} />
          </span>
          <span className={cn('text-xs', colour)}>{t.transferStates[state]}</span>
        </div>
        <p className="text-muted text-xs">
          <SafeText text={direction === 'in' ? t.fromDevice(device.name) : t.toDevice(device.name)} />
          {endedAt !== null && ` · ${date(endedAt)}`}
          {leftOut > 0 && ` · ${t.leftOut(leftOut)}`}
        </p>
        {folder !== null && (
          <Link to="/browse" search={{ path: folder }} className="text-muted block text-xs hover:underline">
            <SafeName name={folder} />
          </Link>
        )}
        {error && (
          <p className="text-muted break-words">
            <Said of={error} />
          </p>
        )}
        {failures.length > 0 && (
          <details>
            <summary className="text-warn w-fit text-xs">{t.warnings(Math.max(failed, failures.length))}</summary>
            <ul>
              {failures.slice(0, SHOWN).map((failure) => (
                <li key={`${failure.path} ${failure.message}`} className="text-muted text-xs">
                  <SafeName name={failure.path} className="font-medium" /> <Said of={failure} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {isOn(transfer) && <TransferProgress transfer={transfer} />}
      <TransferControls transfer={transfer} />
    </li>
  )
}

/** How far a transfer is: a bar once the total is known, sizes, rate, time left, and the way it takes. */
export function TransferProgress({ transfer }: { transfer: Transfer }) {
  const t = useMessages(messages)
  const { bytes: size } = useFormat()
  const { bytes, etaMs, rate, title, via } = transfer
  return (
    <span className="text-muted flex min-w-0 items-center gap-2 text-xs">
      <ProgressBar
        part={bytes.total ? bytes.done / bytes.total : null}
        label={title}
        className="w-24 shrink-0 max-sm:hidden"
      />
      <span className="whitespace-nowrap tabular-nums">
        {bytes.total === null ? size(bytes.done) : `${size(bytes.done)} / ${size(bytes.total)}`}
      </span>
      {rate !== null && <span className="whitespace-nowrap tabular-nums max-sm:hidden">{t.rate(size(rate))}</span>}
      <TimeLeft ms={etaMs} />
      {via !== null && <span className="whitespace-nowrap max-wide:hidden">{t.via[via]}</span>}
    </span>
  )
}

/** What can be done with a transfer in its state; one from here that has failed is gone on with where it comes to. */
export function TransferControls({ transfer: { direction, id, state } }: { transfer: Transfer }) {
  const t = useMessages(messages)
  const options = { onError: (err: Error) => toastError(t.notDone, err) }
  const pause = useAction('transfers.pause')
  const resume = useAction('transfers.resume')
  const cancel = useAction('transfers.cancel')
  const isGoing = state === 'waiting' || state === 'preparing' || state === 'running'
  return (
    <span className="flex shrink-0">
      {isGoing && <IconButton icon={Pause} label={t.pause} onClick={() => pause.mutate({ transfer: id }, options)} />}
      {(state === 'paused' || (state === 'failed' && direction === 'in')) && (
        <IconButton icon={Play} label={t.resume} onClick={() => resume.mutate({ transfer: id }, options)} />
      )}
      {(isGoing || state === 'paused') && (
        <IconButton icon={X} label={t.cancel} onClick={() => cancel.mutate({ transfer: id }, options)} />
      )}
    </span>
  )
}
