import { Check, X } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { useLocale, useMessages } from '../../i18n/index.ts'
import { ErrorNote, Skeleton } from '../../ui/index.ts'
import { checkName, engineJob } from './doctor-words.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

/** What the engine works with: programs that are found, those that are missing and how to get them, and its own health. */
export function EngineList() {
  const t = useMessages(messages)
  const locale = useLocale()
  const { data, error, refetch } = useOperation('system.doctor', {})
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton className="h-24" />
  const problems = data.checks.filter(({ state }) => state !== 'ok')
  return (
    <>
      {problems.length > 0 && (
        <Section title={t.problems}>
          {problems.map(({ detail, fix, name, state }) => (
            <Row key={name} label={checkName(name, locale)} hint={fix && <span lang="en">{fix}</span>}>
              <span lang="en" className={state === 'error' ? 'text-bad' : 'text-warn'}>
                {detail}
              </span>
            </Row>
          ))}
        </Section>
      )}
      <Section title={t.engines} hint={t.enginesHint}>
        {data.engines.map(({ available, how, job, licence, name, version }) => (
          <Row
            key={`${job} ${name}`}
            label={
              <>
                {name} <span className="text-muted font-normal">{version}</span>
              </>
            }
            hint={
              <>
                {engineJob(job, locale)} · <span lang="en">{available ? licence : how}</span>
              </>
            }
          >
            <span className={available ? 'text-good flex items-center gap-1' : 'text-muted flex items-center gap-1'}>
              {available ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}
              {available ? t.available : t.missing}
            </span>
          </Row>
        ))}
      </Section>
    </>
  )
}
