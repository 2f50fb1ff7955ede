import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatDate } from '../text/format.ts'
import { renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

type Session = OutputOf<'sessions.list'>[number]

export const sessionRenderers: Renderers = {
  'sessions.list': sessionTable,
  'sessions.end': ({ id }) => [`Session ${id} has ended; what came in by it was cut off.`],
  'sessions.createKey': ({ key, session }, view) => [
    key,
    `This key is not shown again. It holds until ${formatDate(session.expiresAt)}.`,
    view.withTypedCommands(`\`spacedrive session end ${session.id}\` ends it.`),
  ],
  'sessions.log': logTable,
}

const kinds: Readonly<Record<Session['kind'], string>> = {
  page: 'browser here',
  remote: 'browser elsewhere',
  key: 'API key',
}

function sessionTable(sessions: readonly Session[], { style, width }: View): readonly string[] {
  if (sessions.length === 0) return ['Nobody is signed in, and there is no API key.']
  return renderTable({
    columns: [
      { title: 'ID' },
      { title: 'KIND' },
      { title: 'NAME', shrink: 'end', min: 12 },
      { title: 'MAY' },
      { title: 'USED' },
      { title: 'UNTIL', drop: 1 },
    ],
    rows: sessions.map(({ allow, expiresAt, id, kind, name, usedAt }) => [
      id,
      kinds[kind],
      printable(name),
      allow === null ? 'everything' : allow.join(', '),
      usedAt === null ? 'never' : formatDate(usedAt),
      formatDate(expiresAt),
    ]),
    width,
    style,
  })
}

function logTable(records: OutputOf<'sessions.log'>, { style, width }: View): readonly string[] {
  if (records.length === 0) return ['Nothing is recorded yet.']
  return renderTable({
    columns: [
      { title: 'WHEN' },
      { title: 'WHAT' },
      { title: 'WHO', shrink: 'end', min: 12 },
      { title: 'DETAIL', shrink: 'end', min: 16 },
    ],
    rows: records.map(({ at, detail, from, what }) => [formatDate(at), what, printable(from), printable(detail)]),
    width,
    style,
  })
}
