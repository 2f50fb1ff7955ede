import type { DeviceId, Job, JobStatus, LibraryId } from '../../domain/index.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Grants } from '../grants/grants.ts'
import type { SharedFolder } from '../membership/index.ts'
import type { NetworkSidecars } from '../sidecars/index.ts'

/** The parts of an open library that other devices may ask about. */
export interface NetworkLibrary extends SharedFolder {
  readonly sidecars: { readonly exchange: NetworkSidecars }
  /** The locations of the library on this device. */
  readonly locations: { readonly map: { all(): readonly { readonly path: RawName }[] } }
  readonly jobs: { list(filter: { status?: JobStatus | undefined; limit?: number | undefined }): Job[] }
}

/** Whether a device is a member of a library. */
export type IsMember = (library: LibraryId, device: DeviceId) => boolean

/**
 * The libraries whose jobs another device may see: it is a member of them, or may browse all their locations. Throws
 * `NotAuthorised` if there are none.
 */
export function visibleLibraries(
  libraries: readonly NetworkLibrary[],
  { device, grants, isMember }: { device: DeviceId; grants: Grants; isMember: IsMember },
): readonly NetworkLibrary[] {
  const isOpened = ({ locations }: NetworkLibrary) => {
    const folders = locations.map.all()
    return folders.length > 0 && folders.every(({ path }) => grants.covers(device, 'browse', path))
  }
  const visible = libraries.filter(
    (library) => isMember(library.id, device) || grants.hasEverything(device, 'browse') || isOpened(library),
  )
  if (visible.length === 0) grants.require(device, 'browse')
  return visible
}
