import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { formatAgo } from '../text/format.ts'
import { type Cell, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

/** Libraries that several devices have. */
export const memberRenderers: Renderers = {
  'libraries.share': (shared, view) => [
    shared.isMember
      ? `${printable(shared.device.name)} is a member of ${quoted(shared.library)}.`
      : `${printable(shared.device.name)} may join ${quoted(shared.library)}; there: spacedrive library join <this device> "${printable(shared.library.name)}"`,
    ...openedLines(shared),
    ...memberTable(shared, view),
  ],
  'libraries.join': (shared, view) => [
    `This device is a member of ${quoted(shared.library)} now.`,
    ...memberTable(shared, view),
  ],
  'libraries.leave': ({ library }) => [`This device has left ${quoted(library)}; the library stays here as it is.`],
  'libraries.unshare': (shared, view) => [
    `The members of ${quoted(shared.library)} are:`,
    ...memberTable(shared, view),
  ],
  'libraries.members': (shared, view) => [...memberTable(shared, view), ...openedLines(shared)],
  'libraries.invitations': invitationTable,
  'libraries.decline': ({ library }) => [`${quoted(library)} is not offered any more.`],
}

/** The sidecars that members may fetch from this device. */
function openedLines({ opens }: Pick<OutputOf<'libraries.members'>, 'opens'>): readonly string[] {
  if (opens.length === 0) return ['It opens no folder of this device: the library has no location here.']
  return [
    'Members may fetch every indexed file of this device in:',
    ...opens.map(({ name, path }) => `  ${printable(path)} (${printable(name)})`),
  ]
}

function quoted({ name }: { name: string }): string {
  return `"${printable(name)}"`
}

function memberTable({ members }: Pick<OutputOf<'libraries.members'>, 'members'>, view: View): readonly string[] {
  return renderTable({
    columns: [{ title: 'MEMBER', shrink: 'end', min: 12 }, { title: 'STATE' }, { title: 'SINCE' }, ...idColumn(view)],
    rows: members.map((member): Cell[] => [
      printable(member.device.name),
      stateOf(member),
      formatAgo(member.since, view.now),
      member.device.id,
    ]),
    width: view.width,
    style: view.style,
  })
}

function stateOf({ isConnected, isOwn, isPaired }: OutputOf<'libraries.members'>['members'][number]): Cell {
  if (isOwn) return 'this device'
  if (isConnected) return { text: 'connected', tone: 'good' }
  return { text: isPaired ? 'not connected' : 'not paired with this device', tone: 'dim' }
}

function invitationTable(invitations: OutputOf<'libraries.invitations'>, view: View): readonly string[] {
  if (invitations.length === 0) return ['No library waits; library share <library> <device> offers one, here or there']
  return renderTable({
    columns: [
      { title: 'LIBRARY', shrink: 'end', min: 12 },
      { title: 'DEVICE', shrink: 'end', min: 12 },
      { title: 'OFFERED' },
      ...idColumn(view),
    ],
    rows: invitations.map(({ at, device, library }): Cell[] => [
      printable(library.name),
      printable(device.name),
      formatAgo(at, view.now),
      library.id,
    ]),
    width: view.width,
    style: view.style,
  })
}

function idColumn({ verbose }: View) {
  return verbose ? [{ title: 'ID' }] : []
}
