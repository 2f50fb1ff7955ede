import { z } from 'zod'
import { NearbyDevice, Visibility } from '../domain/nearby.ts'
import { Offer } from '../domain/offer.ts'
import { defineAction, defineQuery } from './define.ts'

/** The longest path that systems accept, and the most paths of one offer. */
const MAX_PATH = 4_096
const MAX_PATHS = 1_000

/** How long a device is visible to everyone, in minutes: the default, and the maximum. */
const VISIBLE_MINUTES = 10
const MAX_VISIBLE_MINUTES = 60

const id = z.uuid().describe('the offer, from `network offers list`')

export const sendOffer = defineAction({
  name: 'offers.send',
  scope: 'core',
  access: 'transfer',
  files: ['paths'],
  summary: 'Offer files to a device, paired or nearby; whoever is there accepts or declines',
  input: z.object({
    device: z
      .string()
      .min(1)
      .max(200)
      .describe('a paired device: its name, slug or id; one nearby: its name, or the beginning of its key'),
    paths: z.array(z.string().min(1).max(MAX_PATH)).min(1).max(MAX_PATHS).describe('files and folders, absolute'),
    sender: z.string().max(100).optional().describe('who sends them, as the person there reads it'),
    nearby: z
      .boolean()
      .default(false)
      .describe(
        'to a device of the local network that is not paired and lets itself be seen; numbers are compared first',
      ),
  }),
  output: Offer,
  errors: ['NotFound', 'NotAuthorised', 'Offline', 'Conflict', 'PermissionDenied', 'Unavailable', 'Timeout'],
  async run({ device, nearby, paths, sender = null }, { core, signal }) {
    if (nearby) return core.network.spacedrop.sendNearby({ device, paths, sender }, signal)
    const { id: to, name } = core.network.registry.find(device)
    return core.network.spacedrop.send({ device: { id: to, name }, paths, sender }, signal)
  },
})

export const listOffers = defineQuery({
  name: 'offers.list',
  scope: 'core',
  staleBy: ['offers'],
  access: 'view',
  summary: 'List the files that other devices offer, and that nobody has accepted or declined yet',
  input: z.object({
    all: z.boolean().default(false).describe('those too that were answered, and those of this device'),
  }),
  output: z.array(Offer),
  cli: { words: ['network', 'offers', 'list'], aliases: [['network', 'offers']] },
  run: async ({ all }, { core }) => core.network.spacedrop.list({ all }),
})

export const offerInfo = defineQuery({
  name: 'offers.info',
  scope: 'core',
  staleBy: ['offers'],
  access: 'view',
  summary: 'Show one offer, and what came of it',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound'],
  cli: { words: ['network', 'offers', 'info'], positional: ['id'] },
  run: async (input, { core }) => core.network.spacedrop.get(input.id),
})

export const confirmOffer = defineAction({
  name: 'offers.confirm',
  scope: 'core',
  summary: 'Say that the number on the other screen is the same: files of a device that is not paired',
  input: z.object({ id, number: z.string().max(32).describe('the six digits that both screens show') }),
  output: Offer,
  errors: ['NotFound', 'Conflict'],
  cli: {
    words: ['network', 'offers', 'confirm'],
    positional: ['id', 'number'],
    examples: ['network offers confirm <id> 123456'],
  },
  run: async (input, { core }) => core.network.spacedrop.confirm(input.id, input.number),
})

export const acceptOffer = defineAction({
  name: 'offers.accept',
  scope: 'core',
  access: 'transfer',
  onlyHere: ['to'],
  summary: 'Take what another device offers; nothing that is there is replaced',
  input: z.object({
    id,
    to: z.string().max(MAX_PATH).optional().describe('the folder they come to; `network.receiveFolder` by default'),
  }),
  output: Offer,
  errors: ['NotFound', 'Conflict', 'PermissionDenied', 'DiskFull'],
  cli: {
    words: ['network', 'offers', 'accept'],
    positional: ['id'],
    paths: ['to'],
    examples: ['network offers accept <id>', 'network offers accept <id> --to ~/Pictures'],
  },
  run: async (input, { core }) => core.network.spacedrop.accept(input.id, input.to ?? null),
})

export const declineOffer = defineAction({
  name: 'offers.decline',
  scope: 'core',
  access: 'transfer',
  summary: 'Say no to what another device offers, or that the numbers differ',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'offers', 'decline'], positional: ['id'] },
  run: async (input, { core }) => core.network.spacedrop.decline(input.id),
})

export const withdrawOffer = defineAction({
  name: 'offers.withdraw',
  scope: 'core',
  access: 'transfer',
  summary: 'Take back what this device has offered',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'offers', 'withdraw'], positional: ['id'] },
  run: async (input, { core }) => core.network.spacedrop.withdraw(input.id),
})

const MINUTE_MS = 60_000

export const listNearby = defineQuery({
  name: 'nearby.list',
  scope: 'core',
  staleBy: ['nearby'],
  summary: 'List the devices of the local network that let everyone see them, and whether this one does',
  input: z.object({}),
  output: z.object({ visibility: Visibility, devices: z.array(NearbyDevice) }),
  errors: ['Offline', 'Unavailable'],
  cli: { words: ['network', 'nearby'] },
  async run(_input, { core }) {
    const { nearby } = core.network
    nearby.look()
    return { visibility: nearby.visibility(), devices: nearby.devices() }
  },
})

export const setVisible = defineAction({
  name: 'nearby.show',
  scope: 'core',
  summary: 'Let everyone on the local network see this device for a while, to be sent files by one that is not paired',
  input: z.object({
    minutes: z.int().min(1).max(MAX_VISIBLE_MINUTES).default(VISIBLE_MINUTES).describe('for how long'),
    off: z.boolean().default(false).describe('end it now'),
  }),
  output: Visibility,
  errors: ['Offline', 'Unavailable', 'Conflict'],
  cli: {
    words: ['network', 'visible'],
    examples: ['network visible', 'network visible --minutes 2', 'network visible --off'],
  },
  async run({ minutes, off }, { core }) {
    const { nearby } = core.network
    if (off) nearby.hide()
    else await nearby.show(minutes * MINUTE_MS)
    return nearby.visibility()
  },
})
