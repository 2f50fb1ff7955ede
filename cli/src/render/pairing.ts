import type { OutputOf } from '@spacedrive/client'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatDuration } from '../text/format.ts'
import type { Renderers, View } from './view.ts'

type Status = OutputOf<'pairing.status'>

export const pairingRenderers: Renderers = {
  'pairing.status': statusFields,
  'pairing.confirm': (status) => [
    `Confirmed${status.device ? `; ${printable(status.device.name)} is stored when the other side has, too` : ''}.`,
  ],
  'pairing.cancel': ({ wasPairing }) => [wasPairing ? 'The pairing was cancelled.' : 'Nothing was being paired.'],
  'pairing.join': ({ device }) => [`Paired with ${printable(device.name)}.`],
}

const states: Readonly<Record<Status['state'], string>> = {
  idle: 'nothing is being paired',
  'code-issued': 'the code is made',
  waiting: 'waiting',
  'challenge-issued': 'a device proves the words',
  'response-verified': 'proved',
  'awaiting-confirmation': 'waits until both persons have compared the number',
  completed: 'completed',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
}

function statusFields(status: Status, view: View): readonly string[] {
  const { attemptsLeft, device, expiresAt, number, reason, role, state } = status
  const waits = role === 'joiner' ? 'looking for the device with the code' : 'waiting for a device that has the words'
  return renderFields(
    [
      ['Pairing', state === 'waiting' ? waits : states[state]],
      ['Device', device === null ? null : `${printable(device.name)} (${printable(device.os)})`],
      ['Number', number],
      ['Confirmed', state === 'awaiting-confirmation' ? (status.confirmed ? 'here' : 'not here yet') : null],
      ['Time left', expiresAt === null ? null : formatDuration(Math.max(0, Date.parse(expiresAt) - view.now))],
      ['Attempts', attemptsLeft === null || expiresAt === null ? null : `${attemptsLeft} left`],
      ['Note', reason === null ? null : printable(reason)],
    ],
    view,
  )
}
