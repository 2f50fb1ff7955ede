import { CoreError } from '../../util/errors.ts'
import { CODE_WORDS } from './pairing-code.ts'
import { Whereabouts } from '../registry/device-card.ts'

/** The content of a QR code: the words, and the addresses of the device that made them. */
export interface Invitation {
  /** The words as typed, or joined by spaces. */
  readonly words: string
  readonly addresses: readonly string[]
  readonly relay: string | null
}

const SCHEME = 'spacedrive:pair'
/** Longest text that is read as an invitation. */
const MAX_CHARS = 4_000

/** Formats an invitation, for example `spacedrive:pair?words=abandon-…&address=192.168.1.5:4433&relay=…`. */
export function formatInvitation({ addresses, relay, words }: Invitation): string {
  const fields = [
    ['words', words.split(' ').join('-')],
    ...addresses.map((address) => ['address', address]),
    ...(relay === null ? [] : [['relay', relay]]),
  ]
  return `${SCHEME}?${fields.map(([name, value]) => `${name}=${encodeURIComponent(value!).replaceAll('%3A', ':')}`).join('&')}`
}

/** Reads a typed, pasted or scanned text: twelve words, or the text of a QR code. Throws `InvalidInput`. */
export function parseInvitation(text: string): Invitation {
  const typed = text.trim()
  if (!typed.toLowerCase().startsWith(`${SCHEME}?`)) return { words: typed, addresses: [], relay: null }
  if (typed.length > MAX_CHARS) throw notOne()
  const fields = new URLSearchParams(typed.slice(SCHEME.length + 1))
  const words = fields.get('words')
  if (words === null) throw notOne()
  const whereabouts = Whereabouts.safeParse({ addresses: fields.getAll('address'), relay: fields.get('relay') })
  if (!whereabouts.success) throw notOne()
  return { words, ...whereabouts.data }
}

function notOne(): CoreError {
  return new CoreError(
    'InvalidInput',
    `this is not a pairing code; enter ${CODE_WORDS} words, or the text of a pairing QR code`,
  )
}
