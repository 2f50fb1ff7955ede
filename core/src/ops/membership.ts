import { z } from 'zod'
import { DeviceId, LibraryId } from '../domain/ids.ts'
import { Timestamp } from '../domain/time.ts'
import type { ShownMember } from '../network/index.ts'
import { type CoreContext, defineAction, defineQuery } from './define.ts'

const device = z.string().min(1).max(200).describe('name, slug or id of a paired device')
const library = z.string().min(1).max(200).describe('name or id of the library')

const Named = z.object({ id: LibraryId, name: z.string() })
const NamedDevice = z.object({ id: DeviceId, name: z.string() })

const Member = z.object({
  device: NamedDevice,
  /** Whether it is this device. */
  isOwn: z.boolean(),
  /** Whether it is paired with this device; otherwise it is a member through another device. */
  isPaired: z.boolean(),
  isConnected: z.boolean(),
  since: Timestamp,
})

const Shared = z.object({
  library: Named,
  members: z.array(Member),
  /** The locations of this device that are opened by sharing: each member may fetch every indexed file in them. */
  opens: z.array(z.object({ name: z.string(), path: z.string() })),
})

export const shareLibrary = defineAction({
  name: 'libraries.share',
  scope: 'core',
  summary: 'Share a library with a paired device; a user there accepts with `library join`',
  input: z.object({ library, device }),
  output: Shared.extend({ device: NamedDevice, isMember: z.boolean() }),
  errors: ['NotFound', 'NotAuthorised', 'PermissionDenied', 'Offline', 'Unavailable'],
  cli: {
    words: ['library', 'share'],
    positional: ['library', 'device'],
    examples: ['library share Photos laptop'],
  },
  async run(input, { core }) {
    const { id, name } = core.libraries.resolve(input.library)
    const { membership, registry } = core.network
    const to = registry.find(input.device)
    await membership.share(id, to)
    return {
      library: { id, name },
      device: { id: to.id, name: to.name },
      isMember: membership.isMember(id, to.id),
      members: membership.members(id).map(show),
      opens: await openedBy(core, id),
    }
  },
})

export const joinLibrary = defineAction({
  name: 'libraries.join',
  scope: 'core',
  summary: 'Join a library that a paired device shares',
  input: z.object({
    device,
    library,
    name: z.string().min(1).max(200).optional().describe('other name on this device, if the name is taken'),
  }),
  output: Shared,
  errors: ['NotFound', 'AlreadyExists', 'Conflict', 'NotAuthorised', 'Offline', 'Timeout'],
  cli: {
    words: ['library', 'join'],
    positional: ['device', 'library'],
    examples: ['library join desktop Photos', 'library join desktop Photos --name "Photos of the desktop"'],
  },
  async run(input, { core, signal }) {
    const { membership, registry } = core.network
    const from = registry.find(input.device).id
    const { id, name } = await membership.join({ device: from, library: input.library, name: input.name }, signal)
    return { library: { id, name }, members: membership.members(id).map(show), opens: await openedBy(core, id) }
  },
})

export const leaveLibrary = defineAction({
  name: 'libraries.leave',
  scope: 'core',
  summary: 'Leave a shared library; this device keeps its copy',
  input: z.object({ library }),
  output: z.object({ library: Named }),
  errors: ['NotFound', 'PermissionDenied', 'Offline'],
  cli: {
    words: ['library', 'leave'],
    positional: ['library'],
    confirm: 'The library is no longer exchanged with other devices. Nothing is deleted.',
  },
  async run(input, { core }) {
    const { id, name } = core.libraries.resolve(input.library)
    await core.network.membership.leave(id)
    return { library: { id, name } }
  },
})

export const unshareLibrary = defineAction({
  name: 'libraries.unshare',
  scope: 'core',
  summary: 'Stop sharing a library with a device at once, or withdraw the invitation',
  input: z.object({ library, device: device.describe('name, slug or id of a member') }),
  output: Shared,
  errors: ['NotFound', 'NotAuthorised', 'Conflict', 'PermissionDenied', 'Offline'],
  cli: {
    words: ['library', 'unshare'],
    positional: ['library', 'device'],
    examples: ['library unshare Photos laptop'],
  },
  async run(input, { core }) {
    const { id, name } = core.libraries.resolve(input.library)
    const { membership, registry } = core.network
    const members = membership.members(id).filter(({ isOwn }) => !isOwn)
    // A member can give the devices that it adds the id and the name of another device.
    const named = members.filter(({ device: { id: own, name: its } }) => own === input.device || its === input.device)
    const known = named.length > 0 ? null : registry.find(input.device)
    const keys = known ? [known.key] : named.map(({ key }) => key)
    await membership.remove(id, known ?? named[0]!.device, keys)
    return { library: { id, name }, members: membership.members(id).map(show), opens: await openedBy(core, id) }
  },
})

export const libraryMembers = defineQuery({
  name: 'libraries.members',
  scope: 'core',
  staleBy: ['devices', 'members'],
  access: 'view',
  summary: 'List the members of a library',
  input: z.object({ library: library.optional() }),
  output: Shared,
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['library', 'members'],
    positional: ['library'],
    examples: ['library members', 'library members Photos'],
  },
  async run(input, { core }) {
    const { id, name } = core.libraries.resolve(input.library)
    return {
      library: { id, name },
      members: core.network.membership.members(id).map(show),
      opens: await openedBy(core, id),
    }
  },
})

/** `device` is the device that offers the library; for a sent invitation, the device to which it is offered. */
const Invitation = z.object({ device: NamedDevice, library: Named, at: Timestamp })

export const libraryInvitations = defineQuery({
  name: 'libraries.invitations',
  scope: 'core',
  staleBy: ['devices', 'members'],
  summary: 'List the libraries that paired devices share with this one, or the reverse',
  input: z.object({
    sent: z.boolean().default(false).describe('libraries that this device shares and that no device has joined yet'),
  }),
  output: z.array(Invitation),
  cli: { words: ['library', 'invitations'] },
  async run({ sent }, { core }) {
    const { membership, registry } = core.network
    const invitations = sent ? membership.sentInvitations() : membership.invitations()
    return invitations.flatMap(({ at, device: id, library: shared, name }) => {
      const from = registry.get(id)
      return from
        ? [
            {
              device: { id, name: from.name },
              library: { id: shared, name },
              at: new Date(at).toISOString(),
            },
          ]
        : []
    })
  },
})

export const declineLibrary = defineAction({
  name: 'libraries.decline',
  scope: 'core',
  summary: 'Decline a library that a paired device shares',
  input: z.object({ device, library }),
  output: z.object({ library: Named }),
  errors: ['NotFound'],
  cli: { words: ['library', 'decline'], positional: ['device', 'library'] },
  async run(input, { core }) {
    const { membership, registry } = core.network
    const found = membership.decline(registry.find(input.device), input.library)
    return { library: { id: found.library, name: found.name } }
  },
})

/** The locations of this device in a library; empty if the library is not open. */
async function openedBy({ libraries }: CoreContext['core'], id: string) {
  const opened = libraries.opened().find((each) => each.id === id)
  const locations = (await opened?.locations.list()) ?? []
  return locations.map(({ name, path }) => ({ name, path }))
}

function show({ key: _key, since, ...member }: ShownMember) {
  return { ...member, since: new Date(since).toISOString() }
}

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  shareLibrary,
  unshareLibrary,
  joinLibrary,
  declineLibrary,
  leaveLibrary,
  libraryMembers,
  libraryInvitations,
] as const
