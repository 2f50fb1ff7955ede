import { defineMessages } from '../i18n/index.ts'

/** Pages that are about the library as a whole, in the order in which they are listed. */
export const pages = [
  { to: '/search', name: 'search' },
  { to: '/timeline', name: 'timeline' },
  { to: '/duplicates', name: 'duplicates' },
  { to: '/statistics', name: 'statistics' },
  { to: '/locations', name: 'locations' },
  { to: '/devices', name: 'devices' },
  { to: '/jobs', name: 'jobs' },
  { to: '/settings', name: 'settings' },
] as const

export const pageNames = defineMessages({
  en: {
    search: 'Search',
    duplicates: 'Duplicates',
    timeline: 'Photos and films',
    statistics: 'Statistics',
    locations: 'Locations',
    devices: 'Devices',
    jobs: 'Jobs',
    settings: 'Settings',
  },
  de: {
    search: 'Suche',
    duplicates: 'Duplikate',
    timeline: 'Fotos und Filme',
    statistics: 'Statistik',
    locations: 'Orte',
    devices: 'Geräte',
    jobs: 'Aufgaben',
    settings: 'Einstellungen',
  },
})
