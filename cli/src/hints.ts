import type { Ops } from '@spacedrive/daemon/ops'

/** What a person is likely to want after a change. */
export const afterwards: Readonly<Partial<Record<keyof Ops, string>>> = {
  'libraries.create': 'location add <folder>',
  'libraries.open': 'library info',
  'libraries.switch': 'library info',
  'locations.add': 'job monitor',
  'locations.scan': 'job monitor',
  'locations.rescan': 'job monitor',
  'locations.pause': 'location resume <location>',
  'indexing.location': 'job monitor',
  'sidecars.regenerate': 'job monitor',
  'sidecars.retry': 'job monitor',
  'jobs.pause': 'job resume <job>',
  'jobs.run': 'job monitor',
}
