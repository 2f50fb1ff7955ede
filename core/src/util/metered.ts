import type { Machine } from './machine.ts'

/** Whether the connection counts as metered: by the user's setting, otherwise by the system's report, otherwise not. */
export async function isMetered(said: 'auto' | 'yes' | 'no', machine: Machine): Promise<boolean> {
  return said === 'auto' ? ((await machine.isMetered()) ?? false) : said === 'yes'
}
