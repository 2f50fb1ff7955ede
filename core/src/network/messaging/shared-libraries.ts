import type { DeviceId, Job, JobStatus, LibraryId } from '../../domain/index.ts'
import type { Grants } from '../grants/grants.ts'

/** What of an open library other devices may ask about. */
export interface NetworkLibrary {
  readonly id: LibraryId
  readonly name: string
  readonly jobs: { list(filter: { status?: JobStatus | undefined; limit?: number | undefined }): Job[] }
  /** The devices that have it, too. */
  listDevices(): Promise<readonly { readonly id: DeviceId }[]>
}

/** The open libraries that another device has, too. */
export async function sharedLibraries(
  libraries: readonly NetworkLibrary[],
  device: DeviceId,
): Promise<readonly NetworkLibrary[]> {
  const shared: NetworkLibrary[] = []
  for (const library of libraries) {
    if ((await library.listDevices()).some(({ id }) => id === device)) shared.push(library)
  }
  return shared
}

/**
 * The libraries whose jobs another device may see: those it has, too, and all where it may browse here. Throws
 * `NotAuthorised` where that is none.
 */
export async function visibleLibraries(
  libraries: readonly NetworkLibrary[],
  { device, grants }: { device: DeviceId; grants: Grants },
): Promise<readonly NetworkLibrary[]> {
  if (grants.has(device, 'browse')) return libraries
  const shared = await sharedLibraries(libraries, device)
  if (shared.length === 0) grants.require(device, 'browse')
  return shared
}
