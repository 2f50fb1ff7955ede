import type { QueryName } from '@spacedrive/client'
import type { Event, EventType, Topic } from '@spacedrive/core/events'
import type { Heard } from './connection.ts'
import declared from './stale-answers.json' with { type: 'json' }

const { queriesByTopic, topicsByEvent } = declared as {
  /** A newer daemon may tell of events that this page does not know. */
  readonly topicsByEvent: Readonly<Partial<Record<EventType, readonly Topic[]>>>
  readonly queriesByTopic: Readonly<Record<Topic, readonly QueryName[]>>
}

/** The first part of the key of every answer of the daemon that is kept: `[OPERATION, name, input, library]`. */
export const OPERATION = 'operation'

/** Answers of one operation that are stale; `path`: only those about this folder, what is in it, or what it is in. */
export interface Stale {
  readonly operation: QueryName
  readonly path: string | null
}

/** Which answers an event makes stale; null: all. Each query declares what its answer tells of (`staleBy`). */
export function staleBy(heard: Heard): Stale[] | null {
  if (heard.type === 'gap') return null
  return (topicsByEvent[heard.type] ?? []).flatMap((topic) =>
    queriesByTopic[topic].map((operation) => ({ operation, path: pathOf(topic, heard) })),
  )
}

/** All addresses of files of other devices begin with it. */
const OF_DEVICES = 'local:'

/** The folder that an event is about; null: all answers are meant. */
function pathOf(topic: Topic, heard: Event): string | null {
  if (topic === 'elsewhere') return OF_DEVICES
  const isAboutPlace = heard.type === 'entries.changed' || heard.type === 'tree.changed'
  return isAboutPlace && topic === 'tree' ? heard.data.path : null
}

/** Both, each once: a burst is about few things. */
export function joined(some: readonly Stale[], more: readonly Stale[]): Stale[] {
  const all = [...some, ...more].map((stale) => [`${stale.operation} ${stale.path ?? ''}`, stale] as const)
  return [...new Map(all).values()]
}

/** Whether a kept answer is one of those; a folder's answer tells of what lies in it, and of sums from below it. */
export function isStale({ operation, path }: Stale, [, name, input]: readonly unknown[]): boolean {
  if (name !== operation) return false
  if (path === null) return true
  const asked = (input as { path?: unknown }).path
  // Bytes that are no text cannot be compared with what events say.
  if (typeof asked !== 'string' || asked.startsWith('base64:')) return true
  return asked === path || isBelow(asked, path) || isBelow(path, asked)
}

/** By either separator: where `\\` is none, something is asked for once too often. */
function isBelow(path: string, folder: string): boolean {
  const begin = folder.replace(/[\\/]$/, '')
  return path.startsWith(`${begin}/`) || path.startsWith(`${begin}\\`)
}
