import { z } from 'zod'
import { ContentPlaces, Grant, GrantKind, NetworkDevice, NetworkStatus } from '../domain/network.ts'
import { defineAction, defineQuery } from './define.ts'

/** Limit on the length of a password. argon2id accepts any length; users type less than this. */
const MAX_PASSWORD = 1_024
/** Limits on the folders in one command, and on the length of a path as text: 4,096 bytes in base64. */
const MAX_GRANTED = 1_000
const MAX_PATH = 8_192

const device = z.string().min(1).max(200).describe('name, slug or id of a paired device')

function password(what: string) {
  return z.string().min(1).max(MAX_PASSWORD).optional().describe(what)
}

export const initNetwork = defineAction({
  name: 'network.init',
  scope: 'core',
  summary: 'Create the key of this device, or change the password of the key, and start networking',
  input: z.object({
    password: password('encrypts the stored key; each start then needs the password; not encrypted by default'),
    currentPassword: password('current password of the key'),
  }),
  output: NetworkStatus,
  errors: ['NotAuthorised', 'Conflict', 'Unsupported'],
  cli: { words: ['network', 'init'], examples: ['network init', 'network init --password "correct horse"'] },
  async run(input, { core }) {
    const { currentPassword: current = null, password: next = null } = input
    await core.network.init({ password: next, current })
    await core.setNetworking({ enabled: true, password: next })
    return core.network.status()
  },
})

export const startNetwork = defineAction({
  name: 'network.start',
  scope: 'core',
  summary: 'Connect to paired devices, now and whenever the daemon starts',
  input: z.object({ password: password('password of the key of this device') }),
  output: NetworkStatus,
  errors: ['NotAuthorised', 'Conflict', 'Unsupported'],
  cli: { words: ['network', 'start'] },
  async run(input, { core }) {
    await core.setNetworking({ enabled: true, password: input.password ?? null })
    return core.network.status()
  },
})

export const stopNetwork = defineAction({
  name: 'network.stop',
  scope: 'core',
  summary: 'Stop networking until the next `network start`',
  input: z.object({}),
  output: NetworkStatus,
  cli: { words: ['network', 'stop'] },
  async run(_input, { core }) {
    await core.setNetworking({ enabled: false })
    return core.network.status()
  },
})

export const networkStatus = defineQuery({
  name: 'network.status',
  scope: 'core',
  staleBy: ['network', 'devices'],
  access: 'view',
  summary: 'Show whether networking is on, and the addresses of this device',
  input: z.object({}),
  output: NetworkStatus,
  cli: { words: ['network', 'status'] },
  run: async (_input, { core }) => core.network.status(),
})

export const networkDevices = defineQuery({
  name: 'network.devices',
  scope: 'core',
  staleBy: ['devices'],
  access: 'view',
  summary: 'List the paired devices and their states',
  input: z.object({}),
  output: z.array(NetworkDevice),
  cli: { words: ['network', 'devices'] },
  run: async (_input, { core }) => core.network.devices(),
})

export const pingDevice = defineAction({
  name: 'network.ping',
  scope: 'core',
  access: 'view',
  summary: 'Measure how long a paired device takes to answer',
  input: z.object({ device }),
  output: z.object({ device: NetworkDevice, ms: z.number() }),
  errors: ['NotFound', 'NotAuthorised', 'Offline', 'Timeout'],
  cli: { words: ['network', 'ping'], positional: ['device'], examples: ['network ping laptop'] },
  async run(input, { core, signal }) {
    const { id } = core.network.registry.find(input.device)
    const ms = await core.network.messages.ping(id, signal)
    return { device: core.network.describe(core.network.registry.find(id)), ms }
  },
})

export const revokeDevice = defineAction({
  name: 'network.revoke',
  scope: 'core',
  summary: 'End the pairing with a device at once; its key is rejected from then on',
  input: z.object({ device }),
  output: z.object({ device: z.object({ id: z.uuid(), name: z.string() }) }),
  errors: ['NotFound'],
  cli: {
    words: ['network', 'revoke'],
    positional: ['device'],
    confirm: 'The device loses all access. To connect again, pair it again.',
  },
  async run(input, { core }) {
    const { id, name } = core.network.revoke(core.network.registry.find(input.device).id)
    return { device: { id, name } }
  },
})

export const blockDevice = defineAction({
  name: 'network.block',
  scope: 'core',
  summary: 'Block a paired device; the pairing stays',
  input: z.object({ device, off: z.boolean().default(false).describe('unblock the device') }),
  output: NetworkDevice,
  errors: ['NotFound'],
  cli: {
    words: ['network', 'block'],
    positional: ['device'],
    examples: ['network block laptop', 'network block laptop --off'],
  },
  async run(input, { core }) {
    const { network } = core
    return network.describe(network.registry.setBlocked(network.registry.find(input.device).id, !input.off))
  },
})

export const grantDevice = defineAction({
  name: 'network.grant',
  scope: 'core',
  summary: 'Give a paired device a grant, or withdraw it',
  input: z.object({
    device,
    what: GrantKind.describe(
      'browse: list folders; read: read files; send: offer files; sidecars: thumbnails and texts of shared libraries',
    ),
    folders: z
      .array(z.string().min(1).max(MAX_PATH))
      .max(MAX_GRANTED)
      .default([])
      .describe('for browse and read: paths of folders, or names of locations; all locations by default'),
    everything: z
      .boolean()
      .default(false)
      .describe('for browse and read: every file on this device that you can read, on every disk'),
    off: z.boolean().default(false).describe('withdraw the grant at once, for these folders or completely'),
  }),
  output: Grant,
  errors: ['NotFound', 'PermissionDenied'],
  cli: {
    words: ['network', 'grant'],
    positional: ['device', 'what', 'folders'],
    variadic: true,
    references: ['folders'],
    examples: [
      'network grant laptop browse',
      'network grant laptop read ~/Pictures ~/Music',
      'network grant laptop read ~/Music --off',
    ],
  },
  run: (input, { core }) => core.grant(input),
})

export const devicePlaces = defineQuery({
  name: 'network.places',
  scope: 'core',
  staleBy: ['reach'],
  access: 'disk',
  summary: 'List the top folders of a paired device, as addresses',
  input: z.object({ device }),
  output: z.array(
    z.object({
      /** `location`, `volume`, or the purpose of the folder: `pictures`, `documents` … */
      kind: z.string(),
      path: z.string(),
      name: z.string(),
    }),
  ),
  errors: ['NotFound', 'NotAuthorised', 'Offline', 'Timeout'],
  cli: { words: ['network', 'places'], positional: ['device'], examples: ['network places laptop'] },
  run: (input, { core, signal }) => core.sources.device(input.device).places(signal),
})

export const listGrants = defineQuery({
  name: 'network.grants',
  scope: 'core',
  staleBy: ['devices', 'grants'],
  summary: 'List the grants of paired devices and their requests',
  input: z.object({ device: device.optional() }),
  output: z.array(Grant),
  errors: ['NotFound'],
  cli: {
    words: ['network', 'grants'],
    positional: ['device'],
    examples: ['network grants', 'network grants laptop'],
  },
  async run(input, { core }) {
    const grants = core.network.grants.list()
    if (input.device === undefined) return grants
    const { id } = core.network.registry.find(input.device)
    return grants.filter((grant) => grant.device.id === id)
  },
})

export const whereIsContent = defineQuery({
  name: 'network.where',
  scope: 'anywhere',
  staleBy: ['reach'],
  access: 'view',
  files: ['path'],
  summary: 'List the devices that have a file with the same content',
  input: z.object({
    path: z.string().describe('path of an indexed file, or address: local://<device>/path, content://<id>'),
  }),
  output: ContentPlaces,
  withoutDisk: ({ devices, ...content }) => ({
    ...content,
    devices: devices.map((each) =>
      each.isOwn ? each : { ...each, files: each.files?.map((file) => ({ ...file, path: null })) ?? null },
    ),
  }),
  errors: ['NotFound', 'NotAuthorised', 'Offline', 'Timeout'],
  cli: {
    words: ['file', 'where'],
    positional: ['path'],
    paths: ['path'],
    examples: ['file where ~/Pictures/cat.jpg', 'file where content://0198c0de-0000-7000-8000-000000000001'],
  },
  run: (input, { core, library, signal }) => core.sources.where(input.path, library, signal),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  initNetwork,
  startNetwork,
  stopNetwork,
  networkStatus,
  networkDevices,
  whereIsContent,
  pingDevice,
  revokeDevice,
  blockDevice,
  grantDevice,
  listGrants,
  devicePlaces,
] as const
