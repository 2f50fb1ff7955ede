import type { OutputOf } from '@spacedrive/client'
import { useKindNames, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'

export type Job = OutputOf<'jobs.list'>[number]

interface JobWords {
  /** `Indexing Pictures`. */
  title(job: Job): string
  /** What it is at just now; empty where it does not say. */
  phase(job: Job): string
}

/** How jobs are called: a job's name and phase are words for programs. */
export function useJobWords(): JobWords {
  const t = useMessages(messages)
  const phaseName = useKindNames(t.phases)
  const locations = useOperation('locations.list', {}).data ?? []
  return {
    title({ name, subject }) {
      const location = locations.find(({ id }) => id === subject)
      const word = (t.names as Record<string, string>)[name] ?? name
      return location ? `${word}: ${location.name}` : word
    },
    phase: ({ progress: { phase } }) => phaseName(phase),
  }
}
