import type { DeviceId, Job, JobStatus, LibraryId } from '../../domain/index.ts'
import type { Grants } from '../grants/grants.ts'
import type { SharedFolder } from '../membership/index.ts'
import type { NetworkSidecars } from '../sidecars/index.ts'

/** What of an open library other devices may ask about. */
export interface NetworkLibrary extends SharedFolder {
  readonly sidecars: NetworkSidecars
  readonly jobs: { list(filter: { status?: JobStatus | undefined; limit?: number | undefined }): Job[] }
}

/** Whether a device is a member of a library. */
export type IsMember = (library: LibraryId, device: DeviceId) => boolean

/**
 * The libraries whose jobs another device may see: those it is a member of, and all where it may browse everything here. Throws
 * `NotAuthorised` where that is none.
 */
export function visibleLibraries(
  libraries: readonly NetworkLibrary[],
  { device, grants, isMember }: { device: DeviceId; grants: Grants; isMember: IsMember },
): readonly NetworkLibrary[] {
  if (grants.hasEverything(device, 'browse')) return libraries
  const shared = libraries.filter(({ id }) => isMember(id, device))
  if (shared.length === 0) grants.require(device, 'browse')
  return shared
}
