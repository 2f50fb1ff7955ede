import { defineMessages, plural } from '../../i18n/index.ts'

export const messages = defineMessages({
  en: {
    show: 'What is shown',
    several: 'Several copies',
    unique: 'Only one copy',
    filters: 'Filters',
    type: 'Type',
    in: 'Where',
    frees: (size: string) => `${size} could be freed`,
    summary: (contents: string, extra: string) => `${contents}, ${extra}`,
    contents: (count: number) => plural('en', count, { one: '# content with copies', other: '# contents with copies' }),
    extra: (count: number) => plural('en', count, { one: '# file too many', other: '# files too many' }),
    files: (count: number) => plural('en', count, { one: '# file', other: '# files' }),
    times: (copies: string, size: string) => `${copies} × ${size}`,
    more: (count: number) =>
      plural('en', count, { one: '# more copy; its details show all', other: '# more copies; its details show all' }),
    sampled: 'Samples agree',
    full: 'Every byte agrees',
    notSame: 'Not all the same',
    comparing: 'Comparing…',
    compare: 'Compare whole',
    compareOf: (name: string) => `Compare the copies of ${name} whole`,
    compareAll: 'Compare all whole',
    compareAllHint: 'Reads every copy to its last byte',
    compared: (count: number) => plural('en', count, { one: '# content compared', other: '# contents compared' }),
    different: (count: number) =>
      count === 0
        ? 'All copies are the same.'
        : plural('en', count, { one: '# needs a look.', other: '# need a look.' }),
    notCompared: 'Not everything could be compared',
    stop: 'Stop',
    explain:
      'Files up to 100 kB were read whole. Of larger ones size and samples agree, until their copies are compared whole.',
    showAnew: 'Files have changed: show anew',
    offline: 'Unplugged',
    none: 'No two files hold the same content',
    noneText: 'Copies are found where locations are indexed by content.',
    noUnique: 'No file exists only once',
    noUniqueText: 'Files whose content is known and that have no copy in the library are listed here.',
    uniqueExplain: 'no other copy of them is known to the library',
    failed: 'The copies cannot be shown',
  },
  de: {
    show: 'Was gezeigt wird',
    several: 'Mehrere Kopien',
    unique: 'Nur eine Kopie',
    filters: 'Filter',
    type: 'Art',
    in: 'Wo',
    frees: (size) => `${size} können frei werden`,
    summary: (contents, extra) => `${contents}, ${extra}`,
    contents: (count) => plural('de', count, { one: '# Inhalt mit Kopien', other: '# Inhalte mit Kopien' }),
    extra: (count) => plural('de', count, { one: '# Datei zu viel', other: '# Dateien zu viel' }),
    files: (count) => plural('de', count, { one: '# Datei', other: '# Dateien' }),
    times: (copies, size) => `${copies} × ${size}`,
    more: (count) =>
      plural('de', count, {
        one: '# weitere Kopie; die Einzelheiten zeigen alle',
        other: '# weitere Kopien; die Einzelheiten zeigen alle',
      }),
    sampled: 'Stichproben gleich',
    full: 'Jedes Byte gleich',
    notSame: 'Nicht alle gleich',
    comparing: 'Wird verglichen…',
    compare: 'Ganz vergleichen',
    compareOf: (name) => `Die Kopien von ${name} ganz vergleichen`,
    compareAll: 'Alle ganz vergleichen',
    compareAllHint: 'Liest jede Kopie bis zum letzten Byte',
    compared: (count) => plural('de', count, { one: '# Inhalt verglichen', other: '# Inhalte verglichen' }),
    different: (count) =>
      count === 0
        ? 'Alle Kopien sind gleich.'
        : plural('de', count, { one: '# ist anzusehen.', other: '# sind anzusehen.' }),
    notCompared: 'Nicht alles ließ sich vergleichen',
    stop: 'Anhalten',
    explain:
      'Dateien bis 100 kB wurden ganz gelesen. Bei größeren stimmen Größe und Stichproben überein, bis ihre Kopien ganz verglichen sind.',
    showAnew: 'Dateien haben sich geändert: neu zeigen',
    offline: 'Nicht angeschlossen',
    none: 'Keine zwei Dateien haben denselben Inhalt',
    noneText: 'Kopien werden gefunden, wo Orte nach Inhalt erfasst sind.',
    noUnique: 'Keine Datei gibt es nur einmal',
    noUniqueText: 'Hier stehen Dateien, deren Inhalt bekannt ist und von denen die Bibliothek keine Kopie kennt.',
    uniqueExplain: 'die Bibliothek kennt keine andere Kopie von ihnen',
    failed: 'Die Kopien können nicht gezeigt werden',
  },
})
