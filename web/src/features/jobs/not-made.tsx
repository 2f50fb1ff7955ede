import type { OutputOf } from '@spacedrive/client'
import { Link } from '@tanstack/react-router'
import { RotateCcw } from 'lucide-react'
import { useAction, useKindNames, useOperation } from '../../api/index.ts'
import { parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeName, Said, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

type NotMadeSidecar = OutputOf<'sidecars.pending'>[number]

/** Failures shown; the command line lists them all. */
const SHOWN = 100

/** What could not be made, with its reasons, and what is not even tried. */
export function NotMade() {
  const t = useMessages(messages)
  const failed = useOperation('sidecars.pending', { failed: true, limit: SHOWN }).data ?? []
  const { held = [], off = [] } = useOperation('sidecars.hindrances', {}).data ?? {}
  return (
    <>
      <Reasons title={t.waiting} reasons={held} />
      <Reasons title={t.off} reasons={off} />
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

function Failures({ failed }: { failed: readonly NotMadeSidecar[] }) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.phases)
  const retry = useAction('sidecars.retry')
  const retryAll = () =>
    retry.mutate(
      {},
      { onSuccess: ({ queued }) => toast(t.retried(queued)), onError: (err) => toastError(t.notDone, err) },
    )
  return (
    <section>
      <header className="flex items-center justify-between gap-2 pb-1">
        <h2 className="text-base font-semibold">{t.notMade}</h2>
        <Button icon={RotateCcw} onClick={retryAll} disabled={retry.isPending}>
          {t.retryAll}
        </Button>
      </header>
      <p className="text-muted pb-2">{t.notMadeText}</p>
      <ul className="rounded-tile border-line divide-line divide-y border">
        {alike(failed).map(([{ attempts, contentId, error, kind, path }, variants]) => (
          <li key={`${contentId} ${kind} ${variants.join()}`} className="px-3 py-2">
            {path === null ? <span className="text-muted">{t.lost}</span> : <FileLink path={path} />}
            <p className="text-muted break-words">
              {kindName(kind)} ({variants.join(', ')}): <Said of={error ?? ''} />
              {attempts > 1 && ` (${t.attempt(attempts)})`}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What failed of one file for one reason is one thing, whatever variants were wanted. */
function alike(failed: readonly NotMadeSidecar[]): (readonly [NotMadeSidecar, readonly string[]])[] {
  const groups = Map.groupBy(failed, ({ contentId, error, kind }) => `${contentId} ${kind} ${error?.message}`)
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
