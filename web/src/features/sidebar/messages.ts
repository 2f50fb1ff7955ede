import { defineMessages } from '../../i18n/index.ts'

export const messages = defineMessages({
  en: {
    label: 'Places',
    library: 'Library',
    notSwitched: 'The library could not be opened',
    locations: 'Locations',
    noLocations: 'No folder is indexed yet.',
    volumes: 'Volumes',
    offline: 'unplugged',
    open: 'Open places',
    close: 'Close places',
    width: 'Width of the sidebar',
    states: {
      pending: 'waits to be indexed',
      scanning: 'being indexed',
      complete: 'up to date',
      paused: 'paused',
      offline: 'offline',
      error: 'has a problem',
    },
  },
  de: {
    label: 'Orte',
    library: 'Bibliothek',
    notSwitched: 'Die Bibliothek ließ sich nicht öffnen',
    locations: 'Orte',
    noLocations: 'Noch kein Ordner ist erfasst.',
    volumes: 'Laufwerke',
    offline: 'nicht angeschlossen',
    open: 'Orte öffnen',
    close: 'Orte schließen',
    width: 'Breite der Seitenleiste',
    states: {
      pending: 'wartet',
      scanning: 'wird erfasst',
      complete: 'aktuell',
      paused: 'angehalten',
      offline: 'nicht erreichbar',
      error: 'hat ein Problem',
    },
  },
})
