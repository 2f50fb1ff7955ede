import type { ContentId, Sidecar, SidecarKind } from '@spacedrive/core/domain'
import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, LoaderCircle, RefreshCw, RotateCw } from 'lucide-react'
import { useAction, useKindNames, useOperation } from '../../api/index.ts'
import { deviceOf, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, IconButton, SafeText, Said, toast, toastError, useSaid } from '../../ui/index.ts'
import type { ShownFile } from '../preview/index.ts'
import { messages } from './messages.ts'
import { Section } from '../metadata/index.ts'
import { type KindState, sidecarsByKind } from './sidecars-by-kind.ts'

/** What was made from the content: how far it is, by what, and why not. */
export function Sidecars({ file: { info, sidecars } }: { file: ShownFile }) {
  const t = useMessages(messages)
  const contentId = info?.contentId
  if (!contentId || sidecars.length === 0) return null
  return (
    <Section title={t.sidecars}>
      <ul className="flex flex-col gap-2.5">
        {sidecarsByKind(sidecars).map((group) => (
          <KindRow key={group.kind} {...group} contentId={contentId} isRemote={deviceOf(info.path) !== null} />
        ))}
      </ul>
    </Section>
  )
}

const marks = {
  ready: { icon: CircleCheck, colour: 'text-good' },
  pending: { icon: CircleDashed, colour: 'text-muted' },
  generating: { icon: LoaderCircle, colour: 'text-accent' },
  failed: { icon: CircleAlert, colour: 'text-bad' },
  skipped: { icon: CircleMinus, colour: 'text-muted' },
  'given-up': { icon: CircleMinus, colour: 'text-warn' },
} as const satisfies Record<KindState, unknown>

interface KindRowProps {
  readonly kind: SidecarKind
  readonly state: KindState
  readonly sidecars: readonly Sidecar[]
  readonly contentId: ContentId
  /** They are another device's. */
  readonly isRemote: boolean
}

function KindRow({ contentId, isRemote, kind, sidecars, state }: KindRowProps) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.sidecarKinds)
  const { bytes } = useFormat()
  const { colour, icon: Icon } = marks[state]
  const size = sidecars.reduce((sum, each) => sum + (each.size ?? 0), 0)
  const engine = sidecars.find((each) => each.engine !== null)?.engine
  const variants = sidecars.map(({ variant }) => variant).filter((variant) => variant !== 'default')
  const error = sidecars.find((each) => each.error !== null)?.error
  const notes = [...new Set(sidecars.flatMap(({ note }) => note ?? []))]
  const attempts = Math.max(...sidecars.map((each) => each.attempts))
  const isOwn = !isRemote && sidecars.every(({ source }) => source === 'managed')
  const said =
    state === 'skipped'
      ? t.skipped
      : state === 'given-up'
        ? t.givenUp
        : state === 'ready'
          ? bytes(size)
          : t.states[state]
  return (
    <li className="flex gap-2">
      <Icon
        size={16}
        strokeWidth={1.5}
        aria-hidden
        className={cn('mt-0.5 shrink-0', colour, state === 'generating' && 'motion-safe:animate-spin')}
      />
      <div className="min-w-0 flex-1">
        <p>
          {kindName(kind)} <span className="text-muted tabular-nums">· {said}</span>
        </p>
        <p className="text-muted text-xs break-words">
          {[...new Set(variants), engine && t.byEngine(engine.name, engine.version)].filter(Boolean).join(' · ')}
        </p>
        {!isRemote && <AlsoOn contentId={contentId} kind={kind} />}
        {notes.map((note) => (
          <Note key={note} text={note} />
        ))}
        {error && (
          <div className="mt-0.5 text-xs">
            <p className="break-words">
              <Said of={error} />
              {attempts > 1 && ` (${t.attempts(attempts)})`}
            </p>
            {(state === 'failed' || state === 'given-up') && (
              <p className="text-muted">{state === 'failed' ? t.stepRetry : t.stepGivenUp}</p>
            )}
          </div>
        )}
        {state === 'failed' && isOwn && <Retry contentId={contentId} kind={kind} />}
      </div>
      {(state === 'ready' || state === 'given-up' || state === 'skipped') && isOwn && (
        <Again contentId={contentId} kind={kind} />
      )}
    </li>
  )
}

/** A remark about a sidecar, with its commands set off. */
function Note({ text }: { text: string }) {
  const { isOwn, sentence } = useSaid()({ code: 'note', message: text })
  return (
    <div className="text-muted mt-0.5 text-xs break-words">
      {!isOwn && <p>{sentence}</p>}
      <p lang="en">
        {text.split('`').map((part, i) =>
          i % 2 === 1 ? (
            <code key={i} className="text-text font-mono">
              {part}
            </code>
          ) : (
            part
          ),
        )}
      </p>
    </div>
  )
}

type Target = Pick<KindRowProps, 'contentId' | 'kind'>

/** The other devices of the library that have it, too, and whether it can be had from them now. */
function AlsoOn({ contentId, kind }: Target) {
  const t = useMessages(messages)
  const hasDevices = (useOperation('network.devices', {}).data ?? []).length > 0
  const presence = useOperation('sidecars.presence', { contentIds: [contentId], kind }, { enabled: hasDevices }).data
  const devices = presence?.[0]?.devices ?? []
  if (devices.length === 0) return null
  const names = devices.map(({ name, online }) => (online ? name : t.deviceAway(name)))
  return (
    <p className="text-muted text-xs">
      <SafeText text={t.alsoOn(names)} />
    </p>
  )
}

function Retry({ contentId, kind }: Target) {
  const t = useMessages(messages)
  const retry = useAction('sidecars.retry')
  return (
    <Button
      icon={RotateCw}
      disabled={retry.isPending}
      onClick={() => retry.mutate({ target: contentId, kind }, toasts(t))}
      className="mt-1 h-7"
    >
      {t.retry}
    </Button>
  )
}

function Again({ contentId, kind }: Target) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.sidecarKinds)
  const regenerate = useAction('sidecars.regenerate')
  return (
    <IconButton
      icon={RefreshCw}
      label={`${t.again}: ${kindName(kind)}`}
      disabled={regenerate.isPending}
      onClick={() => regenerate.mutate({ target: contentId, kind }, toasts(t))}
    />
  )
}

/** What came of asking. */
function toasts(t: { asked: (count: number) => string; notAsked: string }) {
  return {
    onSuccess: ({ queued }: { queued: number }) => toast(t.asked(queued)),
    onError: (err: Error) => toastError(t.notAsked, err),
  }
}
