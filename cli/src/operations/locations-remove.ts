import { printable } from '../text/escape.ts'
import { formatBytes, plural } from '../text/format.ts'
import type { OperationExtras } from './extras.ts'

export const locationsRemove: OperationExtras<'locations.remove'> = {
  touches: async ({ location }, session) => {
    const { counts, name, path } = await session.query('locations.info', { location })
    return `Removes ${printable(name)} (${printable(path)}) from the library: ${plural(counts.files, 'file')}, ${formatBytes(counts.bytes)}.`
  },
}
