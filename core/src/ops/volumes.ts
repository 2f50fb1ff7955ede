import { z } from 'zod'
import { Volume } from '../domain/volume.ts'
import { defineAction, defineQuery } from './define.ts'

const reference = z.object({ volume: z.string().describe('fingerprint, id or name of the volume') })

export const listVolumes = defineQuery({
  name: 'volumes.list',
  scope: 'library',
  staleBy: ['volumes'],
  access: 'view',
  summary: 'List the volumes of this device and the tracked ones',
  input: z.object({ all: z.boolean().default(false).describe('also system and virtual volumes') }),
  output: z.array(Volume),
  cli: { words: ['volume', 'list'], examples: ['volume list', 'volume list --all'] },
  run: (input, { library }) => library.volumes.list(input),
})

export const volumeInfo = defineQuery({
  name: 'volumes.info',
  scope: 'library',
  staleBy: ['volumes'],
  access: 'view',
  summary: 'Show one volume',
  input: reference,
  output: Volume,
  errors: ['NotFound'],
  cli: { words: ['volume', 'info'], positional: ['volume'] },
  run: (input, { library }) => library.volumes.info(input.volume),
})

export const trackVolume = defineAction({
  name: 'volumes.track',
  scope: 'library',
  access: 'manage',
  summary: 'Track a volume: it stays in the list while it is unplugged',
  input: reference.extend({ name: z.string().min(1).optional().describe('display name of the volume') }),
  output: Volume,
  errors: ['NotFound'],
  cli: { words: ['volume', 'track'], positional: ['volume'], examples: ['volume track 3f9a… --name "Blue disk"'] },
  run: (input, { library }) => library.volumes.track(input.volume, input.name),
})

export const untrackVolume = defineAction({
  name: 'volumes.untrack',
  scope: 'library',
  access: 'manage',
  summary: 'Stop tracking a volume',
  input: reference,
  output: Volume,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['volume', 'untrack'], positional: ['volume'] },
  run: (input, { library }) => library.volumes.untrack(input.volume),
})

export const speedTestVolume = defineAction({
  name: 'volumes.speedTest',
  scope: 'library',
  summary: 'Measure the read and write speed of a volume with a small temporary file',
  input: reference,
  output: Volume,
  errors: ['NotFound', 'Offline', 'PermissionDenied', 'DiskFull'],
  cli: { words: ['volume', 'speed-test'], positional: ['volume'] },
  run: (input, { library, signal }) => library.volumes.speedTest(input.volume, signal),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [listVolumes, volumeInfo, trackVolume, untrackVolume, speedTestVolume] as const
