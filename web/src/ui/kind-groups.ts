import type { Entry } from '@spacedrive/core/domain'
import { defineMessages } from '../i18n/index.ts'

/** Types of files that go by one colour: more colours than these nobody tells apart. */
export const kindGroups = ['image', 'video', 'audio', 'document', 'code', 'archive', 'program', 'other'] as const
export type KindGroup = (typeof kindGroups)[number]

const groups: Readonly<Record<Entry['type'], KindGroup>> = {
  unknown: 'other',
  image: 'image',
  video: 'video',
  audio: 'audio',
  document: 'document',
  archive: 'archive',
  code: 'code',
  text: 'document',
  database: 'code',
  book: 'document',
  font: 'program',
  mesh: 'image',
  config: 'code',
  encrypted: 'archive',
  key: 'other',
  executable: 'program',
  binary: 'program',
  spreadsheet: 'document',
  presentation: 'document',
  email: 'document',
  calendar: 'document',
  contact: 'document',
  web: 'code',
  shortcut: 'other',
  package: 'archive',
  model: 'program',
  memory: 'program',
}

export function kindGroup(type: Entry['type']): KindGroup {
  return groups[type]
}

/** The colour of a type as CSS has it: for edges and bars, at 3:1 with what is behind them. Never the only sign of it. */
export function kindColor(type: Entry['type']): string {
  return `var(--kind-${groups[type]})`
}

export const kindGroupNames = defineMessages({
  en: {
    image: 'Images',
    video: 'Videos',
    audio: 'Sound',
    document: 'Documents',
    code: 'Code and data',
    archive: 'Archives',
    program: 'Programs',
    other: 'Other',
  },
  de: {
    image: 'Bilder',
    video: 'Videos',
    audio: 'Ton',
    document: 'Dokumente',
    code: 'Quelltext und Daten',
    archive: 'Archive',
    program: 'Programme',
    other: 'Anderes',
  },
})
