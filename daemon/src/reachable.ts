import { type Core, CoreError } from '@spacedrive/core'
import type { Rights } from '@spacedrive/core/domain'
import type { Asker } from './asker.ts'

/** Throws `PermissionDenied` for a file in no location, unless the asker may reach every file. */
export async function requireReachable(
  path: string,
  { asker, core, what }: { asker: Asker; core: Pick<Core, 'sources'>; what: string },
): Promise<void> {
  if (reachesEveryFile(asker.rights)) return
  try {
    await core.sources.requireInLibraries(path)
  } catch (err) {
    if (err instanceof CoreError && err.code === 'PermissionDenied') asker.onRefused?.(`${what}, outside of locations`)
    throw err
  }
}

export function reachesEveryFile(rights: Rights): boolean {
  return rights === 'all' || rights.includes('disk')
}
