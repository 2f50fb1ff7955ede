import type { LoggingLevel } from '@modelcontextprotocol/server'
import type { Event, EventData, EventType } from '@spacedrive/core/events'
import { visibleName } from './stranger-text.ts'

export interface EventLog {
  readonly level: LoggingLevel
  readonly data: Readonly<Record<string, unknown>>
}

interface Message {
  readonly level: LoggingLevel
  readonly message: string
  readonly [field: string]: string
}

/** The events that a person would want to know of. */
const messages: { readonly [T in EventType]?: (data: EventData<T>) => Message } = {
  'job.started': ({ id, name }) => ({ level: 'debug', message: `the job ${name} started`, job: id }),
  'job.ended': ({ error, id, name, status }) =>
    status === 'failed'
      ? { level: 'error', message: `the job ${name} failed: ${error?.message ?? 'unknown error'}`, job: id }
      : { level: 'info', message: `the job ${name} was ${status}`, job: id },
  'job.warned': ({ code, jobId, message }) => ({ level: 'warning', message, job: jobId, code }),
  'location.state-changed': ({ error, locationId, state }) => ({
    level: LEVEL_OF_STATE[state] ?? 'info',
    message: `the location is ${state}${error === null ? '' : `: ${error}`}`,
    location: locationId,
  }),
  'watcher.degraded': ({ locationId, message }) => ({ level: 'warning', message, location: locationId }),
  'library.failed': ({ message }) => ({ level: 'error', message }),
}

const LEVEL_OF_STATE: Readonly<Partial<Record<string, LoggingLevel>>> = { error: 'error', offline: 'warning' }

/** The log message for an event; null if no person would want to know of it. */
export function logOf({ data, type }: Event): EventLog | null {
  const messageOf = messages[type] as ((of: typeof data) => Message) | undefined
  if (!messageOf) return null
  const { level, message, ...more } = messageOf(data)
  return { level, data: { event: type, message: visibleName(message), ...more } }
}
