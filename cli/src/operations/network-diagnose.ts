import { exitCodes } from '../exit-codes.ts'
import type { OperationExtras } from './extras.ts'

export const networkDiagnose: OperationExtras<'network.diagnose'> = {
  // A warning alone is no failure, though the report is not `ok` then.
  exitCode: ({ checks }) => (checks.some(({ state }) => state === 'error') ? exitCodes.failed : exitCodes.ok),
}
