import { z } from 'zod'
import { Volume } from '../domain/volume.ts'
import { defineAction, defineQuery } from './define.ts'

const reference = z.object({ volume: z.string().describe('fingerprint, id or name of the volume') })

export const listVolumes = defineQuery({
  name: 'volumes.list',
  scope: 'library',
  staleBy: ['volumes'],
  access: 'view',
  summary: 'List the volumes of this device and those the library remembers',
  input: z.object({ all: z.boolean().default(false).describe('also system and virtual ones') }),
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
  summary: 'Remember a volume, also while it is unplugged',
  input: reference.extend({ name: z.string().min(1).optional().describe('a name of your own for it') }),
  output: Volume,
  errors: ['NotFound'],
  cli: { words: ['volume', 'track'], positional: ['volume'], examples: ['volume track 3f9a… --name "Blue disk"'] },
  run: (input, { library }) => library.volumes.track(input.volume, input.name),
})

export const untrackVolume = defineAction({
  name: 'volumes.untrack',
  scope: 'library',
  access: 'manage',
  summary: 'Stop remembering a volume',
  input: reference,
  output: Volume,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['volume', 'untrack'], positional: ['volume'] },
  run: (input, { library }) => library.volumes.untrack(input.volume),
})

export const speedTestVolume = defineAction({
  name: 'volumes.speedTest',
  scope: 'library',
  summary: 'Measure how fast a volume reads and writes, with a small file that is removed again',
  input: reference,
  output: Volume,
  errors: ['NotFound', 'Offline', 'PermissionDenied', 'DiskFull'],
  cli: { words: ['volume', 'speed-test'], positional: ['volume'] },
  run: (input, { library, signal }) => library.volumes.speedTest(input.volume, signal),
})
