import type { OutputOf } from '@spacedrive/client'
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, ErrorNote } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

type Check = OutputOf<'network.diagnose'>['checks'][number]

/** Finds out why a device is not reached, when somebody asks: it tries every way there is. */
export function Diagnosis({ device }: { device: string }) {
  const t = useMessages(messages)
  const [isAsked, setAsked] = useState(false)
  const { data, error, isFetching, refetch } = useOperation(
    'network.diagnose',
    { device },
    // Each time anew: what was in the way may be mended.
    { enabled: isAsked, gcTime: 0 },
  )
  const ask = () => (isAsked ? void refetch() : setAsked(true))
  return (
    <Section
      title={t.diagnosis}
      text={t.diagnosisText}
      action={
        <Button onClick={ask} disabled={isFetching}>
          {t.diagnose}
        </Button>
      }
    >
      <div role="status">
        {isFetching && <p className="text-muted px-3 py-2">{t.diagnosing}</p>}
        {data?.ok === true && !isFetching && <p className="px-3 py-2">{t.allWell}</p>}
      </div>
      {error && <ErrorNote error={error} className="m-3" />}
      {data?.checks.map((check, i) => (
        <CheckRow key={`${check.name} ${i}`} check={check} />
      ))}
    </Section>
  )
}

const marks = {
  ok: { icon: CircleCheck, colour: 'text-good' },
  warning: { icon: TriangleAlert, colour: 'text-warn' },
  error: { icon: CircleAlert, colour: 'text-bad' },
} as const

function CheckRow({ check: { detail, fix, name, state } }: { check: Check }) {
  const t = useMessages(messages)
  const { colour, icon: Icon } = marks[state]
  const names: Readonly<Record<string, string>> = t.checkNames
  return (
    <Row
      label={
        <span className="flex items-center gap-2">
          <Icon size={16} strokeWidth={1.5} aria-hidden className={cn('shrink-0', colour)} />
          {names[name] ?? name}
          <span className={cn('text-xs font-normal', colour)}>{t.checkStates[state]}</span>
        </span>
      }
      hint={
        <span lang="en">
          {detail}
          {fix !== null && <code className="text-text block font-mono select-text">{fix}</code>}
        </span>
      }
    />
  )
}
