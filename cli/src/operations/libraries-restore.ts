import { printable } from '../text/escape.ts'
import type { OperationExtras } from './extras.ts'

export const librariesRestore: OperationExtras<'libraries.restore'> = {
  touches: async ({ path }) => `Restores ${printable(path)}.`,
}
