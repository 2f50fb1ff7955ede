import { z } from 'zod'
import { Offer } from '../domain/offer.ts'
import { defineAction, defineQuery } from './define.ts'

/** Longest path that systems take, and paths of one offer. */
const MAX_PATH = 4_096
const MAX_PATHS = 1_000

const id = z.uuid().describe('the offer, from `network offers list`')

export const sendOffer = defineAction({
  name: 'offers.send',
  scope: 'core',
  summary: 'Offer files to a paired device; whoever is there accepts or declines',
  input: z.object({
    device: z.string().min(1).max(200).describe('a paired device: its name, slug or id'),
    paths: z.array(z.string().min(1).max(MAX_PATH)).min(1).max(MAX_PATHS).describe('files and folders, absolute'),
    sender: z.string().max(100).optional().describe('who sends them, as the person there reads it'),
  }),
  output: Offer,
  errors: ['NotFound', 'NotAuthorised', 'Offline', 'Conflict', 'PermissionDenied', 'Unavailable', 'Timeout'],
  async run({ device, paths, sender = null }, { core, signal }) {
    const { id: to, name } = core.network.registry.find(device)
    return core.network.spacedrop.send({ device: { id: to, name }, paths, sender }, signal)
  },
})

export const listOffers = defineQuery({
  name: 'offers.list',
  scope: 'core',
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
  summary: 'Show one offer, and what came of it',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound'],
  cli: { words: ['network', 'offers', 'info'], positional: ['id'] },
  run: async (input, { core }) => core.network.spacedrop.get(input.id),
})

export const acceptOffer = defineAction({
  name: 'offers.accept',
  scope: 'core',
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
  summary: 'Say no to what another device offers',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'offers', 'decline'], positional: ['id'] },
  run: async (input, { core }) => core.network.spacedrop.decline(input.id),
})

export const withdrawOffer = defineAction({
  name: 'offers.withdraw',
  scope: 'core',
  summary: 'Take back what this device has offered',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'offers', 'withdraw'], positional: ['id'] },
  run: async (input, { core }) => core.network.spacedrop.withdraw(input.id),
})
