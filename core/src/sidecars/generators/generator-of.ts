import type { SidecarKind } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Generator } from './generator.ts'

/** The generator of a kind. Throws `Unsupported` if there is none. */
export function generatorOf(kind: SidecarKind, among: readonly Generator[]): Generator {
  const found = among.find((each) => each.kind === kind)
  if (!found) throw new CoreError('Unsupported', `no generator makes ${kind} sidecars`)
  return found
}
