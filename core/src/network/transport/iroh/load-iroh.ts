import type * as IrohModule from '@number0/iroh'
import { CoreError, errorMessage } from '../../../util/errors.ts'

export type Iroh = typeof IrohModule

/**
 * Loads Iroh, 20 MB of native code, only when networking starts. Throws `Unsupported` if there is no build for this
 * machine.
 */
export async function loadIroh(): Promise<Iroh> {
  try {
    return await import('@number0/iroh')
  } catch (err) {
    throw new CoreError(
      'Unsupported',
      `networking does not run on this machine: Iroh has no build for ${process.platform} on ${process.arch}, or it was not installed (${firstLine(err)})`,
      { cause: err },
    )
  }
}

function firstLine(err: unknown): string {
  return errorMessage(err).split('\n', 1)[0]!
}
