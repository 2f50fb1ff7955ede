import { defineMessages, plural } from '../../i18n/index.ts'

export const messages = defineMessages({
  en: {
    show: 'View',
    several: 'Several copies',
    unique: 'Only one copy',
    filters: 'Filters',
    type: 'Type',
    in: 'Where',
    frees: (size: string) => `${size} could be freed`,
    summary: (contents: string, extra: string) => `${contents}, ${extra}`,
    contents: (count: number) =>
      plural('en', count, { one: '# file has duplicates', other: '# files have duplicates' }),
    extra: (count: number) =>
      plural('en', count, { one: '# copy could be removed', other: '# copies could be removed' }),
    files: (count: number) => plural('en', count, { one: '# file', other: '# files' }),
    times: (copies: string, size: string) => `${copies} × ${size}`,
    more: (count: number) =>
      plural('en', count, { one: '# more copy; its details show all', other: '# more copies; its details show all' }),
    sampled: 'Samples agree',
    full: 'Every byte agrees',
    notSame: 'Not all the same',
    comparing: 'Comparing…',
    compare: 'Compare byte by byte',
    compareOf: (name: string) => `Compare the copies of ${name} byte by byte`,
    compareAll: 'Compare all byte by byte',
    compareAllHint: 'Reads every copy to its last byte',
    compared: (count: number) =>
      plural('en', count, { one: '# file compared with its copies', other: '# files compared with their copies' }),
    different: (count: number) =>
      count === 0
        ? 'All copies are the same.'
        : plural('en', count, { one: '# has copies that differ.', other: '# have copies that differ.' }),
    notCompared: 'Not everything could be compared',
    stop: 'Stop',
    explain:
      'Files up to 100 kB were compared byte by byte. Larger files have the same size and the same samples; “Compare byte by byte” makes sure.',
    showAnew: 'Files have changed. Show the list again',
    offline: 'Offline',
    none: 'No two files hold the same content',
    noneText: 'Copies are found where locations are indexed by content.',
    noUnique: 'No file exists only once',
    noUniqueText: 'Files whose content is known and that have no copy in the library are listed here.',
    uniqueExplain: 'the library knows no other copy of them',
    failed: 'The copies cannot be shown',
  },
  de: {
    show: 'Ansicht',
    several: 'Mehrere Kopien',
    unique: 'Nur eine Kopie',
    filters: 'Filter',
    type: 'Art',
    in: 'Wo',
    frees: (size) => `${size} können frei werden`,
    summary: (contents, extra) => `${contents}, ${extra}`,
    contents: (count) => plural('de', count, { one: '# Datei hat Duplikate', other: '# Dateien haben Duplikate' }),
    extra: (count) => plural('de', count, { one: '# Kopie kann weg', other: '# Kopien können weg' }),
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
    compare: 'Byte für Byte vergleichen',
    compareOf: (name) => `Die Kopien von ${name} Byte für Byte vergleichen`,
    compareAll: 'Alle Byte für Byte vergleichen',
    compareAllHint: 'Liest jede Kopie bis zum letzten Byte',
    compared: (count) =>
      plural('de', count, {
        one: '# Datei mit ihren Kopien verglichen',
        other: '# Dateien mit ihren Kopien verglichen',
      }),
    different: (count) =>
      count === 0
        ? 'Alle Kopien sind gleich.'
        : plural('de', count, {
            one: '# hat Kopien, die sich unterscheiden.',
            other: '# haben Kopien, die sich unterscheiden.',
          }),
    notCompared: 'Nicht alles ließ sich vergleichen',
    stop: 'Anhalten',
    explain:
      'Dateien bis 100 kB wurden Byte für Byte verglichen. Größere haben dieselbe Größe und dieselben Stichproben; „Byte für Byte vergleichen“ gibt Gewissheit.',
    showAnew: 'Dateien haben sich geändert. Liste neu zeigen',
    offline: 'Nicht erreichbar',
    none: 'Keine zwei Dateien haben denselben Inhalt',
    noneText: 'Kopien werden gefunden, wo Orte nach Inhalt erfasst sind.',
    noUnique: 'Keine Datei gibt es nur einmal',
    noUniqueText: 'Hier stehen Dateien, deren Inhalt bekannt ist und von denen die Bibliothek keine Kopie kennt.',
    uniqueExplain: 'die Bibliothek kennt keine andere Kopie von ihnen',
    failed: 'Die Kopien können nicht gezeigt werden',
  },
})
