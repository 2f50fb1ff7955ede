import { z } from 'zod'
import { wantedId } from '../domain/ids.ts'
import { NearbyDevice, Visibility } from '../domain/nearby.ts'
import { Offer } from '../domain/offer.ts'
import { defineAction, defineQuery } from './define.ts'

/** Limits on the length of a path (systems accept no longer ones), and on the paths of one offer. */
const MAX_PATH = 4_096
const MAX_PATHS = 1_000

/** How long a device is visible to everyone, in minutes: the default, and the maximum. */
const VISIBLE_MINUTES = 10
const MAX_VISIBLE_MINUTES = 60

const id = z
  .uuid({ error: ({ code }) => (code === 'invalid_format' ? wantedId('an offer', 'offers.list') : undefined) })
  .describe('id of the offer, from `network offers list`')

export const sendOffer = defineAction({
  name: 'offers.send',
  scope: 'core',
  access: 'transfer',
  files: ['paths'],
  summary: 'Offer files to a paired or nearby device; the user there accepts or declines',
  input: z.object({
    device: z
      .string()
      .min(1)
      .max(200)
      .describe('name, slug or id of a paired device; for a nearby one: name, or the beginning of its key'),
    paths: z
      .array(z.string().min(1).max(MAX_PATH))
      .min(1)
      .max(MAX_PATHS)
      .describe('absolute paths of files and folders'),
    sender: z.string().max(100).optional().describe('name of the sender that the other device shows'),
    nearby: z
      .boolean()
      .default(false)
      .describe(
        'send to a visible device on the local network that is not paired; both users compare the number first',
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
  summary: 'List the open offers of other devices',
  input: z.object({
    all: z.boolean().default(false).describe('also answered offers and the offers of this device'),
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
  summary: 'Show one offer and its result',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound'],
  cli: { words: ['network', 'offers', 'info'], positional: ['id'], shortIds: { id: 'offers.list' } },
  run: async (input, { core }) => core.network.spacedrop.get(input.id),
})

export const confirmOffer = defineAction({
  name: 'offers.confirm',
  scope: 'core',
  summary: 'Confirm that both devices show the same number, for an offer of a device that is not paired',
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
  summary: 'Accept an offer; existing files are never replaced',
  input: z.object({
    id,
    to: z
      .string()
      .max(MAX_PATH)
      .optional()
      .describe('the target folder; the setting `network.receiveFolder` by default'),
  }),
  output: Offer,
  errors: ['NotFound', 'Conflict', 'PermissionDenied', 'DiskFull'],
  cli: {
    words: ['network', 'offers', 'accept'],
    positional: ['id'],
    shortIds: { id: 'offers.list' },
    paths: ['to'],
    examples: ['network offers accept <id>', 'network offers accept <id> --to ~/Pictures'],
  },
  run: async (input, { core }) => core.network.spacedrop.accept(input.id, input.to ?? null),
})

export const declineOffer = defineAction({
  name: 'offers.decline',
  scope: 'core',
  access: 'transfer',
  summary: 'Decline an offer, or report that the numbers differ',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'offers', 'decline'], positional: ['id'], shortIds: { id: 'offers.list' } },
  run: async (input, { core }) => core.network.spacedrop.decline(input.id),
})

export const withdrawOffer = defineAction({
  name: 'offers.withdraw',
  scope: 'core',
  access: 'transfer',
  summary: 'Withdraw an offer of this device',
  input: z.object({ id }),
  output: Offer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'offers', 'withdraw'], positional: ['id'], shortIds: { id: 'offers.list' } },
  run: async (input, { core }) => core.network.spacedrop.withdraw(input.id),
})

const MINUTE_MS = 60_000

export const listNearby = defineQuery({
  name: 'nearby.list',
  scope: 'core',
  staleBy: ['nearby'],
  summary: 'List the visible devices on the local network, and whether this one is visible',
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
  summary:
    'Make this device visible on the local network for some minutes, so that devices without pairing can send files',
  input: z.object({
    minutes: z.int().min(1).max(MAX_VISIBLE_MINUTES).default(VISIBLE_MINUTES).describe('number of minutes'),
    off: z.boolean().default(false).describe('make the device invisible now'),
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

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  sendOffer,
  listOffers,
  offerInfo,
  acceptOffer,
  confirmOffer,
  declineOffer,
  withdrawOffer,
  listNearby,
  setVisible,
] as const
