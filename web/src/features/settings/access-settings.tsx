import { Copy, KeyRound, Laptop, Smartphone } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import type { OutputOf } from '@spacedrive/client'
import type { Access } from '@spacedrive/core/domain'
import { askAgain, isElsewhere, useAction, useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, IconButton, SafeText, toast } from '../../ui/index.ts'
import { accessMessages } from './access-messages.ts'
import { Row, Section } from './section.tsx'

type Session = OutputOf<'sessions.list'>[number]

const icons = { page: Laptop, remote: Smartphone, key: KeyRound } as const
/** Records that are shown; `spacedrive session log` has all. */
export const SHOWN_RECORDS = 20

/** Who is let in, each to be ended; API keys; and what was recorded of both. Asked for on the machine itself alone. */
export function AccessSettings() {
  if (isElsewhere) return null
  return (
    <>
      <Sessions />
      <AccessLog />
    </>
  )
}

function Sessions() {
  const t = useMessages(accessMessages)
  const { data = [], error } = useOperation('sessions.list', {})
  return (
    <Section title={t.title} hint={t.hint}>
      {error && <ErrorNote error={error} />}
      {data.map((session) => (
        <SessionRow key={session.id} session={session} />
      ))}
      <NewKey />
    </Section>
  )
}

function SessionRow({ session }: { session: Session }) {
  const t = useMessages(accessMessages)
  const format = useFormat()
  const end = useAction('sessions.end')
  const Icon = icons[session.kind]
  const onEnd = () =>
    end.mutate({ id: session.id }, { onSettled: () => askAgain('sessions.list'), onError: (err) => toast(err.message) })
  const rights = session.allow === null ? t.everything : session.allow.map((each) => t.allowed[each]).join(', ')
  const used = session.usedAt === null ? t.neverUsed : t.used(format.dateTime(session.usedAt))
  return (
    <Row
      words={browserName(session.name)}
      label={
        <span className="flex min-w-0 items-center gap-2">
          <Icon size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
          <span className="truncate" title={session.name}>
            <SafeText text={browserName(session.name)} />
          </span>
        </span>
      }
      hint={`${t.kinds[session.kind]} · ${rights} · ${used} · ${t.until(format.dateTime(session.expiresAt))}`}
    >
      <Button onClick={onEnd} disabled={end.isPending} aria-label={t.endOf(browserName(session.name))}>
        {t.end}
      </Button>
    </Row>
  )
}

/** Of all that a browser says of itself, what people call it. */
export function browserName(agent: string): string {
  const [, name] = /(Firefox|Edg|OPR|HeadlessChrome|Chrome|Safari)\//.exec(agent) ?? []
  if (name === undefined) return agent
  const [, system] = /\((?:X11; )?(Linux|Windows|Macintosh|iPhone|iPad|Android)/.exec(agent) ?? []
  const shown = { Edg: 'Edge', OPR: 'Opera', HeadlessChrome: 'Chrome' }[name] ?? name
  return system === undefined ? shown : `${shown}, ${system}`
}

/** The days a key holds that is made here. */
const KEY_DAYS = 90
const choices = ['manage', 'transfer', 'disk'] as const satisfies readonly Access[]

function NewKey() {
  const t = useMessages(accessMessages)
  const create = useAction('sessions.createKey')
  const [key, setKey] = useState<string | null>(null)
  const [name, setName] = useState('')
  const [nameId, hintId] = [useId(), useId()]
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const said = new FormData(form)
    const allow = ['view' as const, ...choices.filter((each) => said.get(each) !== null)]
    create.mutate(
      { name, allow, days: KEY_DAYS },
      {
        onSuccess(made) {
          setKey(made.key)
          form.reset()
          setName('')
          askAgain('sessions.list')
        },
      },
    )
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-2 px-3 py-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <div className="min-w-0 flex-1 basis-56">
          <label htmlFor={nameId} className="block font-medium">
            {t.newKey}
          </label>
          <span id={hintId} className="text-muted block text-xs">
            {t.newKeyHint}
          </span>
        </div>
        <input
          id={nameId}
          aria-describedby={hintId}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          maxLength={100}
          autoComplete="off"
          placeholder={t.keyName}
          className="border-line bg-ground rounded-control h-7 w-56 border px-2"
        />
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        {choices.map((each) => (
          <label key={each} className="flex items-center gap-1.5">
            <input type="checkbox" name={each} />
            {t.allowed[each]}
          </label>
        ))}
        <span className="flex-1" />
        <Button type="submit" disabled={create.isPending}>
          {t.make}
        </Button>
      </div>
      {create.error && <ErrorNote error={create.error} />}
      {key !== null && (
        <div role="status" className="flex flex-wrap items-center gap-2">
          <span>{t.keyOnce}</span>
          <code className="bg-panel border-line rounded-control min-w-0 border px-2 py-1 font-mono break-all">
            {key}
          </code>
          <IconButton icon={Copy} label={t.copy} onClick={() => void navigator.clipboard.writeText(key)} />
        </div>
      )}
    </form>
  )
}

function AccessLog() {
  const t = useMessages(accessMessages)
  const format = useFormat()
  const { data = [], error } = useOperation('sessions.log', { limit: SHOWN_RECORDS })
  return (
    <Section title={t.log} hint={t.logHint}>
      {error && <ErrorNote error={error} />}
      {data.length === 0 && <p className="text-muted px-3 py-2">{t.logEmpty}</p>}
      {data.map(({ at, detail, from, what }, index) => (
        // Two may be of one moment.
        <Row key={`${at} ${index}`} label={`${t.events[what]}: ${browserName(from)}`} hint={<SafeText text={detail} />}>
          <time dateTime={at} className="text-muted shrink-0 text-xs tabular-nums">
            {format.dateTime(at)}
          </time>
        </Row>
      ))}
    </Section>
  )
}
