import type { KnownLocation } from '../location/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, pathText, type RawName } from '../util/file-name.ts'
import { shellWord } from '../util/shell-word.ts'

export interface OfflineFile {
  readonly path: RawName
  readonly location: Pick<KnownLocation, 'name' | 'path'>
  /** Name of the volume. */
  readonly volume: string
  /** Why the location is offline: `volume Blue Disk is not mounted; plug it in to go on`. */
  readonly reason: string | null
  /** The path of another file with the same content that can be read now; null: no such file is known. */
  readonly copy: string | null
  /** Whether the content of the file is known, so that other devices can be asked for it. */
  readonly isIdentified: boolean
}

/** The error for a file in an offline location: why the location is offline, and where another copy is. */
export function offlineError({ copy, isIdentified, location, path, reason, volume }: OfflineFile): CoreError {
  const ask = `\`spacedrive file where ${shellWord(pathText(path))}\``
  const instead =
    copy !== null
      ? `A copy that can be read now: ${copy}`
      : isIdentified
        ? `No other copy can be read on this device; ${ask} asks the other devices`
        : 'No other copy is known'
  const why = reason ?? `volume ${volume} is away`
  return new CoreError(
    'Offline',
    `${displayName(path)} is in the location ${location.name}, which is offline: ${why}. ${instead}`,
    { details: { volume, location: location.name, copy } },
  )
}
