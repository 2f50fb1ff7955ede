// Separate from the zod schemas, because the engine's threads need only the names and numbers, and zod would be ten
// times larger than all their other code.
//
// The database stores the numbers. A name keeps its number for ever, and the number of a removed name is never reused.
// The order of the names has no meaning.

import { sidecarKindFacts } from './sidecar-kinds.ts'

type NameOf<Numbers> = Extract<keyof Numbers, string>

/** The stored number of each kind of entry. */
export const entryKindNumbers = { file: 0, directory: 1, symlink: 2, other: 3 } as const
export const entryKinds = namesOf(entryKindNumbers)
export const entryKindByNumber = namesByNumber(entryKindNumbers)

/** The stored number of each type of file content. */
export const fileTypeNumbers = {
  unknown: 0,
  image: 1,
  video: 2,
  audio: 3,
  document: 4,
  archive: 5,
  code: 6,
  text: 7,
  database: 8,
  book: 9,
  font: 10,
  mesh: 11,
  config: 12,
  encrypted: 13,
  key: 14,
  executable: 15,
  binary: 16,
  spreadsheet: 17,
  presentation: 18,
  email: 19,
  calendar: 20,
  contact: 21,
  web: 22,
  shortcut: 23,
  package: 24,
  model: 25,
  memory: 26,
} as const
export const fileTypes = namesOf(fileTypeNumbers)
export const fileTypeByNumber = namesByNumber(fileTypeNumbers)

type Facts = typeof sidecarKindFacts
type KindName = keyof Facts
/** The kinds for which a fact has a certain value. */
type KindsWith<Key extends keyof Facts[KindName], Value> = {
  [Kind in KindName]: Facts[Kind][Key] extends Value ? Kind : never
}[KindName]

/** The stored number of each kind of sidecar. */
export const sidecarKindNumbers = Object.fromEntries(
  Object.entries(sidecarKindFacts).map(([kind, { number }]) => [kind, number]),
) as { readonly [Kind in KindName]: Facts[Kind]['number'] }
export const sidecarKinds = namesOf(sidecarKindNumbers)
export const sidecarKindByNumber = namesByNumber(sidecarKindNumbers)

/** The kinds of sidecars that generators make. */
export const generatedKinds = sidecarKinds.filter(
  (kind): kind is KindsWith<'origin', 'generated'> => sidecarKindFacts[kind].origin === 'generated',
)

/** Kinds of sidecars that are the user's own files. They cannot be regenerated, so they are never cleaned up. */
export const companionKinds = sidecarKinds.filter(
  (kind): kind is KindsWith<'origin', 'user'> => sidecarKindFacts[kind].origin === 'user',
)

/** The kinds of sidecars with the text of a file, the most reliable first. */
export const textKinds = sidecarKinds
  .filter((kind): kind is KindsWith<'search', 'text'> => sidecarKindFacts[kind].search === 'text')
  .toSorted((a, b) => sidecarKindFacts[b].priority - sidecarKindFacts[a].priority)
export type TextKind = (typeof textKinds)[number]

/** The stored number of each state of a sidecar. */
export const sidecarStateNumbers = { pending: 0, generating: 1, ready: 2, failed: 3 } as const
export const sidecarStates = namesOf(sidecarStateNumbers)
export const sidecarStateByNumber = namesByNumber(sidecarStateNumbers)

function namesOf<Numbers extends object>(numbers: Numbers): readonly NameOf<Numbers>[] {
  return Object.keys(numbers) as NameOf<Numbers>[]
}

/** Maps numbers to names; undefined for a number without a name. */
export function namesByNumber<Numbers extends Readonly<Record<string, number>>>(
  numbers: Numbers,
): readonly (NameOf<Numbers> | undefined)[] {
  const names: (NameOf<Numbers> | undefined)[] = []
  for (const name of namesOf(numbers)) {
    const number = numbers[name]!
    if (names[number] !== undefined) throw new Error(`${names[number]} and ${name} have the same number ${number}`)
    names[number] = name
  }
  return Array.from(names)
}
