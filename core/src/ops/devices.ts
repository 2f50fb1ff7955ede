import { z } from 'zod'
import { Device, ListedDevice } from '../domain/device.ts'
import { defineAction, defineQuery } from './define.ts'

export const listDevices = defineQuery({
  name: 'devices.list',
  scope: 'library',
  summary: 'List the devices that have opened this library, each as it was when it last did',
  input: z.object({}),
  output: z.array(ListedDevice),
  cli: { words: ['device', 'list'] },
  run: (_input, { library }) => library.listDevices(),
})

export const deviceInfo = defineQuery({
  name: 'devices.info',
  scope: 'core',
  summary: 'Show this device',
  input: z.object({}),
  output: Device,
  cli: { words: ['device', 'info'] },
  run: async (_input, { core }) => core.device.info(),
})

export const renameDevice = defineAction({
  name: 'devices.rename',
  scope: 'core',
  summary: 'Give this device another name',
  input: z.object({ name: z.string().min(1).max(64).describe('the new name') }),
  output: Device,
  cli: {
    words: ['device', 'rename'],
    positional: ['name'],
    examples: ['device rename "Ann’s laptop"', 'device rename server'],
  },
  run: (input, { core }) => core.renameDevice(input.name),
})
