import { topics, topicsOf } from '@spacedrive/core/events'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '@spacedrive/daemon/ops'

/** For the page, which knows the engine as types only: what each event is about, and the queries that tell of that. */
export function staleAnswers(): string {
  const queries = Object.values<Op>(ops).filter(({ kind }) => kind === 'query')
  const namesOf = (topic: (typeof topics)[number]) =>
    queries.filter(({ staleBy }) => staleBy?.includes(topic)).map(({ name }) => name)
  const queriesByTopic = Object.fromEntries(topics.map((topic) => [topic, namesOf(topic)]))
  return `${JSON.stringify({ topicsByEvent: topicsOf, queriesByTopic }, null, 2)}\n`
}
