import type { Job } from '@spacedrive/core/domain'
import type { Ops } from '@spacedrive/daemon/ops'
import type { Session } from './session.ts'
import { printable } from './text/escape.ts'

/** The names of the objects that jobs work on, by id. */
export type SubjectNames = ReadonlyMap<string, string>

/** People read names instead of ids: those of the objects that `list` lists. Jobs of a library work on locations. */
export async function subjectNames(session: Session, list: keyof Ops = 'locations.list'): Promise<SubjectNames> {
  const objects = (await session.call({ name: list }, {})) as readonly { id: string; name: string }[]
  return new Map(objects.map(({ id, name }) => [id, name]))
}

/** The name of the object that a job works on, printable; null if it is unknown or gone. */
export function subjectOf({ subject }: Pick<Job, 'subject'>, names: SubjectNames): string | null {
  const name = subject === null ? undefined : names.get(subject)
  return name === undefined ? null : printable(name)
}
