import { Check, X } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { useLocale, useMessages } from '../../i18n/index.ts'
import { ErrorNote, Skeleton, toast, WithCode } from '../../ui/index.ts'
import { checkName, engineJob } from './doctor-words.ts'
import { messages } from './messages.ts'
import { Row, Section, useIsSearching } from './section.tsx'

/** What the engine works with: programs that are found, those that are missing and how to get them, and its own health. */
export function EngineList() {
  const t = useMessages(messages)
  const locale = useLocale()
  const { data, error, refetch } = useOperation('system.doctor', {})
  const isSearching = useIsSearching()
  const onCopied = () => toast(t.copied)
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />
  // A search does not wait for it.
  if (!data) return isSearching ? null : <Skeleton className="h-24" />
  const problems = data.checks.filter(({ state }) => state !== 'ok')
  return (
    <>
      {problems.length > 0 && (
        <Section title={t.problems}>
          {problems.map(({ detail, fix, name, state }) => (
            <Row
              key={name}
              label={checkName(name, locale)}
              hint={
                fix && (
                  <span lang="en">
                    <WithCode text={fix} onCopied={onCopied} />
                  </span>
                )
              }
            >
              <span lang="en" className={state === 'error' ? 'text-bad' : 'text-warn'}>
                <WithCode text={detail} />
              </span>
            </Row>
          ))}
        </Section>
      )}
      <Section title={t.engines} hint={t.enginesHint}>
        {data.engines.map(({ available, how, job, licence, name, version }) => (
          <Row
            key={`${job} ${name}`}
            words={`${name} ${engineJob(job, locale)}`}
            label={
              <>
                {name} <span className="text-muted font-normal">{version}</span>
              </>
            }
            hint={
              <>
                {engineJob(job, locale)} ·{' '}
                <span lang="en">{available ? licence : <WithCode text={how} onCopied={onCopied} />}</span>
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
