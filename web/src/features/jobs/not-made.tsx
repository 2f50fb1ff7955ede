import type { InputOf, OutputOf } from '@spacedrive/client'
import { Link } from '@tanstack/react-router'
import { RotateCcw, X } from 'lucide-react'
import { useAction, useKindNames, useOperation } from '../../api/index.ts'
import { nameOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, IconButton, SafeName, Said, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

type NotMadeSidecar = OutputOf<'sidecars.pending'>[number]

/** Failures shown; the command line lists them all. */
const SHOWN = 100
/** Pending sidecars shown: the next ones. */
const SHOWN_QUEUED = 20

/** What `NotMade` shows. `isFetched`: all of it has been asked for, so nothing else moves down when it comes. */
export function useNotMade() {
  const failed = useOperation('sidecars.pending', { failed: true, limit: SHOWN })
  const queued = useOperation('sidecars.pending', { queued: true, limit: SHOWN_QUEUED })
  const hindrances = useOperation('sidecars.hindrances', {})
  return {
    failed: failed.data ?? [],
    queued: queued.data ?? [],
    held: hindrances.data?.held ?? [],
    off: hindrances.data?.off ?? [],
    isFetched: failed.isFetched && queued.isFetched && hindrances.isFetched,
  }
}

/** Sidecars that are still to be made, that failed, and that this device cannot make, with the reasons. */
export function NotMade({ failed, held, off, queued }: ReturnType<typeof useNotMade>) {
  const t = useMessages(messages)
  return (
    <>
      <Reasons title={t.waiting} reasons={held} />
      <Reasons title={t.off} reasons={off} />
      {queued.length > 0 && <Queue queued={queued} />}
      {failed.length > 0 && <Failures failed={failed} />}
    </>
  )
}

function Reasons({ title, reasons }: { title: string; reasons: OutputOf<'sidecars.hindrances'>['held'] }) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.phases)
  if (reasons.length === 0) return null
  return (
    <section>
      <h2 className="pb-1 text-base font-semibold">{title}</h2>
      <dl className="rounded-tile border-line divide-line divide-y border">
        {reasons.map(({ cause, kind, reason }) => (
          <div key={kind} className="flex flex-wrap gap-x-3 px-3 py-2">
            <dt className="w-40 font-medium">{kindName(kind)}</dt>
            <dd className="text-muted min-w-0 flex-1 basis-64">
              <Said of={{ code: cause, message: reason }} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** The next sidecars, each to be cancelled. */
function Queue({ queued }: { queued: readonly NotMadeSidecar[] }) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.phases)
  const cancel = useAction('sidecars.cancel')
  const onCancel = ({ contentId, kind }: NotMadeSidecar) =>
    cancel.mutate(
      { target: contentId, kind },
      {
        onSuccess: ({ cancelled }) => toast(cancelled > 0 ? t.cancelled(cancelled) : t.tooLate),
        onError: (err) => toastError(t.notDone, err),
      },
    )
  return (
    <section>
      <h2 className="pb-1 text-base font-semibold">{t.queue}</h2>
      {queued.length === SHOWN_QUEUED && <p className="text-muted pb-2">{t.queueCut(SHOWN_QUEUED)}</p>}
      <ul className="rounded-tile border-line divide-line divide-y border">
        {alike(queued).map(([sidecar, variants]) => {
          const { contentId, kind, path, state } = sidecar
          const name = path === null ? t.lost : nameOf(path)
          return (
            <li key={`${contentId} ${kind} ${variants.join()}`} className="flex items-center gap-2 px-3 py-1.5">
              <div className="min-w-0 flex-1">
                {path === null ? <span className="text-muted">{t.lost}</span> : <FileLink path={path} />}
                <p className="text-muted">{kindName(kind)}</p>
              </div>
              {state === 'generating' ? (
                <span className="text-accent text-xs">{t.status.running}</span>
              ) : (
                <IconButton
                  icon={X}
                  label={t.cancelOf(name, kindName(kind))}
                  disabled={cancel.isPending}
                  onClick={() => onCancel(sidecar)}
                />
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Failures({ failed }: { failed: readonly NotMadeSidecar[] }) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.phases)
  const retry = useAction('sidecars.retry')
  const run = (what: InputOf<'sidecars.retry'>) =>
    retry.mutate(what, {
      onSuccess: ({ queued }) => toast(t.retried(queued)),
      onError: (err) => toastError(t.notDone, err),
    })
  return (
    <section>
      <header className="flex items-center justify-between gap-2 pb-1">
        <h2 className="text-base font-semibold">{t.notMade}</h2>
        <Button icon={RotateCcw} onClick={() => run({})} disabled={retry.isPending}>
          {t.retryAll}
        </Button>
      </header>
      <p className="text-muted pb-2">{t.notMadeText}</p>
      <ul className="rounded-tile border-line divide-line divide-y border">
        {alike(failed).map(([{ attempts, contentId, error, kind, path }, variants]) => (
          <li key={`${contentId} ${kind} ${variants.join()}`} className="flex items-start gap-2 px-3 py-2">
            <div className="min-w-0 flex-1">
              {path === null ? <span className="text-muted">{t.lost}</span> : <FileLink path={path} />}
              <p className="text-muted break-words">
                {kindName(kind)} ({variants.join(', ')}): <Said of={error ?? ''} />
                {attempts > 1 && ` (${t.attempt(attempts)})`}
              </p>
            </div>
            <IconButton
              icon={RotateCcw}
              label={t.retryOf(path === null ? t.lost : nameOf(path))}
              disabled={retry.isPending}
              onClick={() => run({ target: contentId, kind })}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Variants of one file and kind with the same state and reason are one thing. */
function alike(failed: readonly NotMadeSidecar[]): (readonly [NotMadeSidecar, readonly string[]])[] {
  const groups = Map.groupBy(
    failed,
    ({ contentId, error, kind, state }) => `${contentId} ${kind} ${state} ${error?.message}`,
  )
  return [...groups.values()].map((group) => [group[0]!, group.map(({ variant }) => variant)] as const)
}

function FileLink({ path }: { path: string }) {
  const folder = parentOf(path) ?? path
  return (
    <Link to="/browse" search={{ path: folder, sel: path, inspector: true }} className="font-medium hover:underline">
      <SafeName name={path} />
    </Link>
  )
}
