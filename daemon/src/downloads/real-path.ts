import { realpath } from 'node:fs/promises'
import { bytesToName, type Core, CoreError, fsPath, parsePath, pathText } from '@spacedrive/core'
import { isAddress } from '@spacedrive/core/domain'
import { currentAsker } from '../asker.ts'
import { requireReachable } from '../reachable.ts'

/**
 * The same place without links above it: an archive follows none. A path that leads nowhere stays as it is, and the archive
 * says so. Throws `InvalidInput` for a link itself, and `PermissionDenied` if the asker may not read the place.
 */
export async function realPath(text: string, core: Core, signal: AbortSignal): Promise<string> {
  if (isAddress(text)) return text
  const path = parsePath(text)
  // It does not wait for a disk that hangs.
  const stats = await core.volumes.look(path, signal).catch(() => null)
  signal.throwIfAborted()
  if (stats?.isSymbolicLink())
    throw new CoreError('InvalidInput', `${text} is a link, and an archive follows none; choose what it leads to`)
  const real = stats && (await realpath(fsPath(path), 'buffer').catch(() => null))
  if (!real || real.equals(Buffer.from(fsPath(path)))) return text
  const found = pathText(bytesToName(new Uint8Array(real)))
  await requireReachable(found, { asker: currentAsker(), core, what: 'downloads.prepare' })
  return found
}
