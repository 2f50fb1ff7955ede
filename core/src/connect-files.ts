import { AddressedFiles } from './addressed-files.ts'
import type { Core } from './core.ts'
import { Browse, fileResolvers, receiveFolder, ServedBrowse, systemClock } from './network/index.ts'
import { OwnFiles } from './served-files.ts'

/** Serves the files of this device to other devices within their grants, and gives access to files of other devices. */
export function connectFiles(core: Core, now: () => number): AddressedFiles {
  const { libraries, network } = core
  const served = new ServedBrowse({
    files: new OwnFiles(core),
    grants: network.grants,
    libraries: () => libraries.opened(),
    isMember: (library, device) => network.membership.isMember(library, device),
    privateFiles: core.privateFiles,
  })
  network.sessions.handle(served.handler())
  for (const resolver of fileResolvers(served)) network.transfers.resolve(resolver)
  const latencyOf = (id: Parameters<typeof network.sessions.details>[0]) =>
    network.sessions.details(id)?.latencyMs ?? null
  return new AddressedFiles({
    core,
    remote: new Browse({ peers: network.sessions, clock: systemClock, latencyOf }),
    now,
    receiveFolder: () => receiveFolder({ chosen: core.config.values.network.receiveFolder }),
  })
}
