import { z } from 'zod'
import { DeviceId } from '../domain/ids.ts'
import { PairingStatus } from '../domain/pairing.ts'
import { Timestamp } from '../domain/time.ts'
import { defineAction, defineQuery } from './define.ts'

export const generatePairingCode = defineAction({
  name: 'pairing.generate',
  scope: 'core',
  summary: 'Generate a pairing code and wait for the other device',
  input: z.object({
    autoAccept: z.boolean().default(false).describe('pair with any device that has the words, without asking here'),
  }),
  output: z.object({
    /** Identifies this pairing. */
    session: z.string(),
    /** Twelve words. A device that has them can pair once, within five minutes. */
    code: z.string(),
    /** The content of the QR code: the words, and the addresses of this device. */
    invitation: z.string(),
    qr: z.object({ svg: z.string(), text: z.string() }),
    /** Addresses of this device. A user can type one on a device that does not find this one. */
    addresses: z.array(z.string()),
    expiresAt: Timestamp,
  }),
  errors: ['Conflict', 'Offline', 'Unavailable'],
  run: async (input, { core }) => {
    const { words, ...issued } = await core.network.pairing.generate(input)
    return { ...issued, code: words, addresses: [...issued.addresses] }
  },
})

export const joinPairing = defineAction({
  name: 'pairing.join',
  scope: 'core',
  summary: 'Pair with the device that shows a code; answers when both devices have stored the pairing',
  input: z.object({
    code: z.string().max(4_000).describe('the twelve words, or the text of the QR code'),
    address: z
      .string()
      .max(100)
      .optional()
      .describe('address of that device, such as 192.168.1.5:45123; found automatically by default'),
    autoAccept: z.boolean().default(false).describe('do not compare the number on this device'),
  }),
  output: z.object({ device: z.object({ id: DeviceId, name: z.string() }) }),
  errors: ['Offline', 'NotAuthorised', 'Conflict', 'Timeout', 'Cancelled', 'Unavailable'],
  run: async (input, { core, signal }) => {
    const { id, name } = await core.network.pairing.join(input, signal)
    return { device: { id, name } }
  },
})

export const pairingStatus = defineQuery({
  name: 'pairing.status',
  scope: 'core',
  staleBy: ['pairing'],
  summary: 'Show the state of the current pairing, or the result of the last one',
  input: z.object({}),
  output: PairingStatus,
  run: async (_input, { core }) => core.network.pairing.status(),
})

export const confirmPairing = defineAction({
  name: 'pairing.confirm',
  scope: 'core',
  summary: 'Confirm that both devices show the same number',
  input: z.object({ number: z.string().max(32).describe('the six digits that both screens show') }),
  output: PairingStatus,
  errors: ['Conflict'],
  run: async (input, { core }) => core.network.pairing.confirm(input.number),
})

export const cancelPairing = defineAction({
  name: 'pairing.cancel',
  scope: 'core',
  summary: 'Cancel the current pairing; its code becomes invalid',
  input: z.object({}),
  output: z.object({ wasPairing: z.boolean() }),
  run: async (_input, { core }) => ({ wasPairing: await core.network.pairing.cancel() }),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [generatePairingCode, joinPairing, pairingStatus, confirmPairing, cancelPairing] as const
