import { z } from 'zod'
import { Device, KnownDevice } from '../domain/device.ts'
import { defineAction, defineQuery } from './define.ts'

export const listDevices = defineQuery({
  name: 'devices.list',
  scope: 'library',
  staleBy: ['devices'],
  access: 'view',
  summary: 'List the devices that have opened this library, and the paired devices',
  input: z.object({}),
  output: z.array(KnownDevice),
  cli: { words: ['device', 'list'] },
  async run(_input, { core, library }) {
    const paired = new Map(core.network.registry.list().map((device) => [device.id, device]))
    const listed = (await library.listDevices()).map((device) => {
      const pair = paired.get(device.id)
      paired.delete(device.id)
      return { ...device, state: pair ? core.network.describe(pair).state : null }
    })
    const others = [...paired.values()].map((device): KnownDevice => {
      const { id, lastSeenAt, name, os: platform, slug, state } = core.network.describe(device)
      const os = { platform, version: null, arch: null }
      const { capabilities } = device
      return { id, name, slug, os, hardware: null, capabilities, createdAt: null, current: false, lastSeenAt, state }
    })
    return [...listed, ...others]
  },
})

export const deviceInfo = defineQuery({
  name: 'devices.info',
  scope: 'core',
  staleBy: [],
  access: 'view',
  summary: 'Show this device',
  input: z.object({}),
  output: Device,
  cli: { words: ['device', 'info'] },
  run: async (_input, { core }) => core.device.info(),
})

export const renameDevice = defineAction({
  name: 'devices.rename',
  scope: 'core',
  summary: 'Rename this device',
  input: z.object({ name: z.string().min(1).max(64).describe('the new name') }),
  output: Device,
  cli: {
    words: ['device', 'rename'],
    positional: ['name'],
    examples: ['device rename "Ann’s laptop"', 'device rename server'],
  },
  run: (input, { core }) => core.renameDevice(input.name),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [listDevices, deviceInfo, renameDevice] as const
