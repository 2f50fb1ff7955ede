import type { Job } from '@spacedrive/core/domain'
import type { Session } from './session.ts'
import { printable } from './text/escape.ts'

/** What the things are called that jobs work on, by id. */
export type SubjectNames = ReadonlyMap<string, string>

/** Ids say nothing to a person: the names of the locations, which are what jobs of this library work on. */
export async function subjectNames(session: Session): Promise<SubjectNames> {
  const locations = await session.query('locations.list', {})
  return new Map(locations.map(({ id, name }) => [id, name]))
}

/** The name of what a job works on, printable; null where it is not known, or gone. */
export function subjectOf({ subject }: Pick<Job, 'subject'>, names: SubjectNames): string | null {
  const name = subject === null ? undefined : names.get(subject)
  return name === undefined ? null : printable(name)
}
