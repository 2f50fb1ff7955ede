import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatAgo, formatBytes, plural } from '../text/format.ts'
import type { Tone } from '../text/style.ts'
import { type Cell, renderTable } from '../text/table.ts'
import { checkLines, checkSummary } from './checks.ts'
import type { Renderers, View } from './view.ts'

export const networkRenderers: Renderers = {
  'network.init': statusFields,
  'network.start': statusFields,
  'network.stop': () => ['Networking is off.'],
  'network.status': statusFields,
  'network.devices': deviceTable,
  'network.ping': ({ device, ms }) => [
    `${printable(device.name)} answered after ${ms.toFixed(1)} ms, ${device.path ?? 'no path'}.`,
  ],
  'network.revoke': ({ device }) => [`${printable(device.name)} is paired no longer.`],
  'network.block': ({ name, state }) => [
    state === 'blocked' ? `${printable(name)} is kept away.` : `${printable(name)} is let in again.`,
  ],
  'network.grant': (grant) => grantLines(grant),
  'network.grants': grantTable,
  'network.diagnose': ({ checks }, view) => [...checkLines(checks, view), '', checkSummary(checks, view)],
  'network.places': placeTable,
  'network.where': whereTable,
}

type Status = OutputOf<'network.status'>

const stateTones: Readonly<Record<Status['state'], Tone>> = {
  disabled: 'dim',
  locked: 'warn',
  running: 'good',
  failed: 'bad',
}
const stateWords: Readonly<Record<Status['state'], string>> = {
  disabled: 'off; `spacedrive network start` starts it',
  locked: 'waits for its password; `spacedrive network start --password <password>`',
  running: 'on',
  failed: 'could not be started',
}

function statusFields(status: Status, view: View): readonly string[] {
  const { addresses, devices, error, id, isWrapped, key, name, portMapping, relay, state } = status
  return renderFields(
    [
      [
        'Networking',
        view.style(stateTones[state], view.withTypedCommands(stateWords[state])) +
          (error === null ? '' : `: ${printable(error)}`),
      ],
      ['Device', `${printable(name)}, ${id}`],
      ['Key', key === null ? null : `${key}${isWrapped ? ', wrapped with a password' : ''}`],
      ['Reached at', addresses.length === 0 ? null : addresses.map((address) => printable(address)).join(', ')],
      ['Relay', relay === null ? null : printable(relay)],
      ['Port mapping', mappingWords(portMapping)],
      ['Devices', `${plural(devices.paired, 'paired device')}, ${devices.connected} connected`],
    ],
    view,
  )
}

/** Null while port mappings are off, as they are unless a user switches them on, and none was left in the router. */
function mappingWords({ address, reason, state }: Status['portMapping']): string | null {
  switch (state) {
    case 'off':
      return reason === null ? null : printable(reason)
    case 'asking':
      return 'asking the router'
    case 'mapped':
      return `the router forwards ${printable(address ?? '')}`
    case 'failed':
      return `none: ${printable(reason ?? '')}`
  }
}

const deviceTones: Readonly<Partial<Record<OutputOf<'network.devices'>[number]['state'], Tone>>> = {
  connected: 'good',
  blocked: 'bad',
}

function deviceTable(devices: OutputOf<'network.devices'>, view: View): readonly string[] {
  if (devices.length === 0)
    return [view.withTypedCommands('No device is paired with this one; `spacedrive network pair generate` begins.')]
  return renderTable({
    columns: [
      { title: 'NAME', shrink: 'end', min: 12 },
      { title: 'SLUG', shrink: 'end', min: 12, drop: 2 },
      { title: 'STATE' },
      { title: 'PATH' },
      { title: 'LATENCY', drop: 1 },
      { title: 'SEEN' },
      ...(view.verbose ? [{ title: 'ID' }] : []),
    ],
    rows: devices.map((device): Cell[] => {
      const tone = deviceTones[device.state]
      return [
        printable(device.name),
        printable(device.slug),
        tone === undefined ? device.state : { text: device.state, tone },
        device.path ?? '',
        device.latencyMs === null ? '' : `${device.latencyMs.toFixed(1)} ms`,
        device.lastSeenAt === null ? 'never' : formatAgo(device.lastSeenAt, view.now),
        device.id,
      ]
    }),
    width: view.width,
    style: view.style,
  })
}

type Grants = OutputOf<'network.grants'>

const saidOf: Readonly<Record<Grants[number]['what'], string>> = {
  browse: 'look at folders here',
  read: 'read files here',
  send: 'offer files',
  sidecars: 'have thumbnails and the like of shared libraries',
}

type GrantShown = OutputOf<'network.grant'>

function grantLines({ allowed, device, everything, folders, what }: GrantShown): readonly string[] {
  const name = printable(device.name)
  if (!allowed) return [`${name} may not ${saidOf[what]}.`]
  if (everything)
    return [`${name} may ${saidOf[what]}: every file that you can read, on every disk, but not the data of Spacedrive.`]
  if (folders.length === 0) return [`${name} may ${saidOf[what]}.`]
  return [
    `${name} may ${saidOf[what]}, in these folders and all below them:`,
    ...folders.map((path) => `  ${printable(path)}`),
  ]
}

function grantTable(grants: Grants, view: View): readonly string[] {
  if (grants.length === 0) return ['No device is paired with this one.']
  const table = renderTable({
    columns: [
      { title: 'DEVICE', shrink: 'end', min: 12 },
      { title: 'WHAT' },
      { title: 'ALLOWED' },
      { title: 'WHERE', shrink: 'middle', min: 16 },
      { title: 'MEANS', shrink: 'end', min: 16, drop: 1 },
    ],
    rows: grants.flatMap((grant): Cell[][] => {
      const [first = '', ...others] = placesOf(grant)
      return [
        [printable(grant.device.name), grant.what, allowedCell(grant, view), first, saidOf[grant.what]],
        ...others.map((folder): Cell[] => ['', '', '', folder, '']),
      ]
    }),
    width: view.width,
    style: view.style,
  })
  const again = grants.filter(({ wasEverything }) => wasEverything)
  if (again.length === 0) return table
  return [
    ...table,
    '',
    ...again.map(({ device, what }) =>
      view.withTypedCommands(
        `An older version had allowed ${printable(device.name)} to ${saidOf[what]} on the whole disk. It is not in force: name folders with \`spacedrive network grant <device> ${what} <folder>\`, or end it with --off.`,
      ),
    ),
  ]
}

function allowedCell({ allowed, requestedAt, wasEverything }: GrantShown, view: View): Cell {
  if (allowed) return { text: 'yes', tone: 'good' }
  if (wasEverything) return { text: 'no; was the whole disk', tone: 'warn' }
  return requestedAt === null ? 'no' : { text: `no; asked ${formatAgo(requestedAt, view.now)}`, tone: 'warn' }
}

/** The folders of a grant, and the path that is asked for where it is not allowed. */
function placesOf({ allowed, everything, folders, requestedPath }: GrantShown): string[] {
  if (everything) return ['every file, on every disk']
  if (allowed) return folders.map((path) => printable(path))
  return requestedPath === null ? [] : [`asks for ${printable(requestedPath)}`]
}

function placeTable(places: OutputOf<'network.places'>, view: View): readonly string[] {
  return renderTable({
    columns: [
      { title: 'NAME', shrink: 'end', min: 12 },
      { title: 'KIND' },
      { title: 'ADDRESS', shrink: 'middle', min: 16 },
    ],
    rows: places.map(({ kind, name, path }): Cell[] => [printable(name), kind, printable(path)]),
    width: view.width,
    style: view.style,
  })
}

function whereTable({ devices }: OutputOf<'network.where'>, view: View): readonly string[] {
  const rows = devices.flatMap(({ device, files, isOwn, online }): Cell[][] => {
    const name = isOwn ? `${printable(device.name)} (this device)` : printable(device.name)
    if (files === null) return [[name, online ? 'does not say' : 'not connected', '', '']]
    if (files.length === 0) return [[name, 'has none', '', '']]
    return files.map((file) => {
      const state = file.online ? 'has it' : 'its disk is away'
      return [name, state, formatBytes(file.size), file.path === null ? 'does not say where' : printable(file.path)]
    })
  })
  return renderTable({
    columns: [
      { title: 'DEVICE', shrink: 'end', min: 12 },
      { title: 'STATE' },
      { title: 'SIZE', align: 'right' },
      { title: 'PATH', shrink: 'middle', min: 16 },
    ],
    rows,
    width: view.width,
    style: view.style,
  })
}
