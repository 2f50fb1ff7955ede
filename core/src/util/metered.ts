import type { Machine } from './machine.ts'

/** Whether the line is paid for: as somebody has said, else as the system says, else not. */
export async function isMetered(said: 'auto' | 'yes' | 'no', machine: Machine): Promise<boolean> {
  return said === 'auto' ? ((await machine.isMetered()) ?? false) : said === 'yes'
}
