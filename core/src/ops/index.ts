import { byName } from './define.ts'
import { operations as copies } from './copies.ts'
import { operations as devices } from './devices.ts'
import { operations as diagnose } from './diagnose.ts'
import { operations as engines } from './engines.ts'
import { operations as files } from './files.ts'
import { operations as indexing } from './indexing.ts'
import { operations as jobs } from './jobs.ts'
import { operations as libraries } from './libraries.ts'
import { operations as locations } from './locations.ts'
import { operations as media } from './media.ts'
import { operations as membership } from './membership.ts'
import { operations as network } from './network.ts'
import { operations as pairing } from './pairing.ts'
import { operations as search } from './search.ts'
import { operations as references } from './references.ts'
import { operations as sidecars } from './sidecars.ts'
import { operations as spacedrop } from './spacedrop.ts'
import { operations as statistics } from './statistics.ts'
import { operations as system } from './system.ts'
import { operations as transfers } from './transfers.ts'
import { operations as volumes } from './volumes.ts'

/** Every operation of the engine, by feature. A host adds its own operations. */
const features = [
  ...libraries,
  ...locations,
  ...indexing,
  ...jobs,
  ...files,
  ...copies,
  ...search,
  ...media,
  ...statistics,
  ...sidecars,
  ...references,
  ...volumes,
  ...devices,
  ...membership,
  ...network,
  ...diagnose,
  ...transfers,
  ...pairing,
  ...spacedrop,
  ...engines,
  ...system,
] as const

export const ops = byName(features)

export type { CliHints, CoreContext, Kind, Op, Scope } from './define.ts'
export { byName, defineAction, defineQuery } from './define.ts'
