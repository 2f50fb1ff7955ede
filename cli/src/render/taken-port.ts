import type { OutputOf } from '@spacedrive/client'

/** Says why the explorer is not at its usual port; null if it is. */
export function takenPortSentence({
  explorer,
  takenPort,
}: Pick<OutputOf<'system.status'>, 'explorer' | 'takenPort'>): string | null {
  if (explorer === null || takenPort === undefined) return null
  return `Another program uses port ${takenPort}, or did when this daemon first started, so the explorer is at port ${new URL(explorer).port}. \`spacedrive config set http.port <n>\` chooses a port from the next start on.`
}
