import { ClientError } from '@spacedrive/client'
import { useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { ErrorNote } from '../../ui/index.ts'
import { JobLine } from '../jobs/index.ts'
import { messages } from './messages.ts'
import { Section } from './section.tsx'

/** Jobs that are shown of another device. */
const SHOWN = 20

/** The jobs that run on another device. */
export function RemoteJobs({ device }: { device: string }) {
  const t = useMessages(messages)
  const { data: jobs, error, refetch } = useOperation('jobs.list', { device, limit: SHOWN })
  // It shares no library with this one, or keeps its jobs to itself: nothing is missing.
  if (error instanceof ClientError && (error.code === 'NotFound' || error.code === 'NotAuthorised')) return null
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />
  const active = jobs?.filter(({ endedAt }) => endedAt === null) ?? []
  return (
    <Section title={t.jobs}>
      {active.length === 0 && <p className="text-muted px-3 py-2">{t.noJobs}</p>}
      {active.map((job) => (
        <JobLine key={job.id} job={job} />
      ))}
    </Section>
  )
}
