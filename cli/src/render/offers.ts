import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes, formatTime, plural } from '../text/format.ts'
import { renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

type Offer = OutputOf<'offers.info'>

export const offerRenderers: Renderers = {
  'offers.list': offerTable,
  'offers.info': offerFields,
  'offers.send': offerFields,
  'offers.accept': ({ from, items, transfer }) => [
    `${plural(items, 'file')} of ${printable(from.name)} ${items === 1 ? 'is' : 'are'} on the way: transfer ${transfer}.`,
  ],
  'offers.decline': ({ from }) => [`Declined; ${printable(from.name)} is told.`],
  'offers.withdraw': ({ to }) => [`Taken back; ${printable(to.name)} is told.`],
}

function offerTable(offers: readonly Offer[], view: View): readonly string[] {
  if (offers.length === 0) return ['Nothing is offered.']
  return renderTable({
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
    rows: offers.map(({ bytes, expiresAt, from, id, items, names, sender, state, to }) => [
      id,
      printable(sender === null ? from.name : `${sender} (${from.name})`),
      printable(to.name),
      printable(names.join(', ')),
      String(items),
      formatBytes(bytes),
      state,
      formatTime(expiresAt),
    ]),
    width: view.width,
    style: view.style,
  })
}

function offerFields(offer: Offer, view: View): readonly string[] {
  const { bytes, bytesDone, expiresAt, from, id, items, names, reason, sender, state, to } = offer
  return renderFields(
    [
      ['Offer', id],
      ['From', printable(sender === null ? from.name : `${sender}, at ${from.name}`)],
      ['To', printable(to.name)],
      ['What', printable(names.join(', '))],
      ['Size', `${plural(items, 'file')}, ${formatBytes(bytes)}`],
      ['State', state + (reason === null ? '' : `: ${printable(reason)}`)],
      ['There', state === 'accepted' ? formatBytes(bytesDone) : null],
      ['Until', state === 'waiting' ? formatTime(expiresAt) : null],
    ],
    view,
  )
}
