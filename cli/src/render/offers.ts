import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes, formatNumber, formatTime, plural } from '../text/format.ts'
import { renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

type Offer = OutputOf<'offers.info'>

export const offerRenderers: Renderers = {
  'offers.list': offerTable,
  'offers.info': offerFields,
  'offers.send': offerFields,
  'offers.accept': ({ folder, from, items, transfer }) => [
    `${plural(items, 'file')} of ${printable(from.name)} ${items === 1 ? 'is' : 'are'} on the way to ${printable(folder ?? '')}: transfer ${transfer}.`,
  ],
  'offers.confirm': ({ direction, from, to }) => [
    `Confirmed; the files are offered once the person at ${printable((direction === 'in' ? from : to).name)} has, too.`,
  ],
  'nearby.list': nearbyTable,
  'nearby.show': ({ name, until }) => [
    name === null
      ? 'Nobody sees this device any more.'
      : `Everyone on the local network sees this device as ${printable(name)} until ${formatTime(until!)}. What comes is listed by network offers.`,
  ],
  'offers.decline': ({ from }) => [`Declined; ${printable(from.name)} is told.`],
  'offers.withdraw': ({ to }) => [`Taken back; ${printable(to.name)} is told.`],
}

function offerTable(offers: readonly Offer[], view: View): readonly string[] {
  if (offers.length === 0) return ['Nothing is offered.']
  const table = renderTable({
    columns: [
      { title: 'ID' },
      { title: 'FROM', shrink: 'end', min: 12 },
      { title: 'TO', shrink: 'end', min: 8, drop: 1 },
      { title: 'WHAT', shrink: 'end', min: 16 },
      { title: 'FILES', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'STATE' },
      { title: 'UNTIL', drop: 2 },
    ],
    rows: offers.map(({ bytes, expiresAt, from, id, items, names, number, sender, state, to }) => [
      id,
      printable(sender === null ? from.name : `${sender} (${from.name})`),
      printable(to.name),
      number === null ? printable(names.join(', ')) : `if it shows ${formatNumber(number)}: offers confirm`,
      String(items),
      formatBytes(bytes),
      state,
      formatTime(expiresAt),
    ]),
    width: view.width,
    style: view.style,
  })
  const folders = new Set(
    offers.flatMap(({ folder, state }) => (state === 'waiting' && folder !== null ? [folder] : [])),
  )
  return [
    ...table,
    ...[...folders].map((folder) => `What is accepted goes to ${printable(folder)}; --to names another folder.`),
  ]
}

function offerFields(offer: Offer, view: View): readonly string[] {
  const { bytes, bytesDone, expiresAt, from, id, isStranger, items, names, number, reason, sender, state, to } = offer
  const fields = renderFields(
    [
      ['Offer', id],
      ['From', printable(sender === null ? from.name : `${sender}, at ${from.name}`)],
      ['To', printable(to.name)],
      ['Paired', isStranger ? 'no; the other name is what that device says' : null],
      [
        'Number',
        number === null ? null : `${formatNumber(number)}, ${offer.confirmed ? 'confirmed here' : 'to be compared'}`,
      ],
      ['What', printable(names.join(', '))],
      ['Size', `${plural(items, 'file')}, ${formatBytes(bytes)}`],
      ['Goes to', offer.folder === null ? null : printable(offer.folder)],
      ['State', state + (reason === null ? '' : `: ${printable(reason)}`)],
      ['There', state === 'accepted' ? formatBytes(bytesDone) : null],
      ['Until', state === 'waiting' || state === 'comparing' ? formatTime(expiresAt) : null],
    ],
    view,
  )
  return [...fields, ...offer.failures.map(({ message, path }) => `  ${printable(path)}: ${printable(message)}`)]
}

function nearbyTable({ devices, visibility }: OutputOf<'nearby.list'>, view: View): readonly string[] {
  const { name, reason, until } = visibility
  const own =
    name === null
      ? `This device is not to be seen${reason === null ? '; network visible lets it' : `: ${printable(reason)}`}.`
      : `This device is seen as ${printable(name)} until ${formatTime(until!)}.`
  if (devices.length === 0) return [own, 'No nearby device is visible.']
  const table = renderTable({
    columns: [{ title: 'NAME', shrink: 'end', min: 12 }, { title: 'KEY' }, { title: 'HEARD' }],
    rows: devices.map((device) => [printable(device.name), device.key.slice(0, KEY_SHOWN), formatTime(device.heardAt)]),
    width: view.width,
    style: view.style,
  })
  return [own, ...table]
}

/** As much of a key as tells devices apart on a screen. */
const KEY_SHOWN = 12
