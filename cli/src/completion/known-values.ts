import { existsSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import type { Ops } from '@spacedrive/daemon/ops'
import type { Session } from '../session.ts'
import { shortId } from '../short-id.ts'
import type { Candidate, Question } from './complete.ts'

type Thing = Readonly<Record<string, unknown>>

/** The source of the values of a field. */
interface KnownValues {
  /** The query that lists the things. */
  readonly list: keyof Ops
  /** The input of the query. */
  readonly input?: Thing
  /** Whether a thing fits the words of the line. */
  readonly fits?: (thing: Thing, words: readonly string[]) => boolean
  /** The name by which a user refers to one of them, and the description that the shell shows beside it. */
  readonly candidate: (thing: Thing) => Candidate
}

/** The values that a setting may have, where they can be listed, and its default. */
function settingValues({ schema, summary }: Thing): Candidate[] {
  const choices = choicesOf(Object(schema))
  return choices.map((choice) => said(choice, summary))
}

interface Schema {
  readonly type?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
}

function choicesOf({ anyOf = [], const: only, enum: choices = [], type }: Schema): string[] {
  const booleans = type === 'boolean' ? [true, false] : []
  const own = [...choices, ...booleans, ...(only === undefined ? [] : [only])].map(String)
  return [...own, ...anyOf.flatMap(choicesOf)]
}

/** By field, whatever the command. */
const BY_FIELD: Readonly<Record<string, KnownValues>> = {
  library: { list: 'libraries.list', candidate: ({ name, path }) => said(name, path) },
  location: { list: 'locations.list', candidate: ({ name, path }) => said(name, path) },
  device: { list: 'network.devices', candidate: ({ name, slug }) => said(slug, name) },
  volume: { list: 'volumes.list', candidate: ({ mountPoint, name }) => said(name, mountPoint) },
  job: {
    list: 'jobs.list',
    candidate: ({ id, name, status }) => said(shortId(String(id)), `${String(name)}, ${String(status)}`),
  },
  transfer: { list: 'transfers.list', candidate: ({ id, title }) => said(shortId(String(id)), title) },
  key: { list: 'config.get', candidate: ({ key, summary }) => said(key, summary) },
}

/** By operation and field, for fields whose name alone does not say which values they hold. */
const BY_OPERATION: Readonly<Record<string, KnownValues>> = {
  'jobs.run.name': { list: 'jobs.types', candidate: ({ name, summary }) => said(name, summary) },
  'engines.add.name': {
    list: 'engines.list',
    input: { all: true },
    fits: ({ job, state }, words) => words.includes(String(job)) && state === 'available',
    candidate: ({ gives, name }) => said(name, gives),
  },
  'sessions.end.id': { list: 'sessions.list', candidate: ({ id, name }) => said(id, name) },
  ...Object.fromEntries(
    ['offers.info', 'offers.accept', 'offers.confirm', 'offers.decline', 'offers.withdraw'].map((operation) => [
      `${operation}.id`,
      {
        list: 'offers.list' as const,
        candidate: ({ id, names }: Thing) => said(id, Array.isArray(names) ? names.join(', ') : ''),
      },
    ]),
  ),
}

/** The fields with known values; some with their operation. */
export const knownFields: readonly string[] = [...Object.keys(BY_FIELD), ...Object.keys(BY_OPERATION)]

/** More candidates help nobody. */
const MAX_CANDIDATES = 500

/** The values that the daemon knows for a word that is being typed, the last one of `words`; they begin with it. */
export async function knownValues(
  question: Question,
  words: readonly string[],
  session: Session,
): Promise<readonly Candidate[]> {
  const { field, isPath, operation, typed } = question
  if (operation?.name === 'config.set' && field === 'value') {
    const settings = await session.query('config.get', {})
    const setting = settings.find(({ key }) => key === words.at(-2))
    return setting ? settingValues(setting).filter(({ text }) => text.startsWith(typed)) : []
  }
  const known = BY_OPERATION[`${operation?.name}.${field}`] ?? BY_FIELD[field]
  const listed = known ? ((await session.call({ name: known.list }, known.input ?? {})) as readonly Thing[]) : []
  const named = known ? listed.filter((thing) => known.fits?.(thing, words) ?? true).map(known.candidate) : []
  const paths = isPath ? await knownPaths(typed, session) : []
  return [...named, ...paths].filter(({ text }) => text.startsWith(typed)).slice(0, MAX_CANDIDATES)
}

/** The names in a folder that the disk does not have now: on an unplugged disk or another device. */
async function knownPaths(typed: string, session: Session): Promise<Candidate[]> {
  const folder = typed.endsWith('/') ? typed : `${dirname(typed)}/`
  const isAddress = /^(local|content):\/\//.test(typed)
  if (!isAddress && (!typed.includes(sep) || existsSync(folder))) return []
  const path = isAddress ? folder : resolve(folder)
  const { items } = await session.query('files.list', { path, limit: MAX_CANDIDATES })
  return items.map(({ kind, name }) => said(`${folder}${name}${kind === 'directory' ? '/' : ''}`, ''))
}

function said(text: unknown, summary: unknown): Candidate {
  return { text: String(text), summary: typeof summary === 'string' ? summary : '' }
}
