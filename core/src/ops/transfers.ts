import { z } from 'zod'
import { Transfer, transferStates } from '../domain/transfer.ts'
import { defineAction, defineQuery } from './define.ts'

const transfer = z.string().min(1).max(64).describe('the transfer, from `network transfers`')

export const listTransfers = defineQuery({
  name: 'transfers.list',
  scope: 'core',
  staleBy: ['transfers'],
  access: 'view',
  summary: 'List the files on their way from and to other devices, those that have ended last',
  input: z.object({ state: z.enum(transferStates).optional().describe('only those that are so') }),
  output: z.array(Transfer),
  cli: { words: ['network', 'transfers'], examples: ['network transfers', 'network transfers --state failed'] },
  run: async ({ state }, { core }) =>
    core.network.transfers.list().filter((each) => state === undefined || each.state === state),
})

export const transferInfo = defineQuery({
  name: 'transfers.info',
  scope: 'core',
  staleBy: ['transfers'],
  access: 'view',
  summary: 'Show one transfer, and what could not be had',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound'],
  cli: { words: ['network', 'transfer', 'info'], positional: ['transfer'] },
  run: async (input, { core }) => core.network.transfers.get(input.transfer),
})

export const pauseTransfer = defineAction({
  name: 'transfers.pause',
  scope: 'core',
  access: 'transfer',
  summary: 'Stop a transfer, to or from this device, until it is resumed; what has arrived stays',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'transfer', 'pause'], positional: ['transfer'] },
  run: async (input, { core }) => core.network.transfers.pause(input.transfer),
})

export const resumeTransfer = defineAction({
  name: 'transfers.resume',
  scope: 'core',
  access: 'transfer',
  summary: 'Go on with a transfer that is paused or has failed; nothing is sent twice',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'transfer', 'resume'], positional: ['transfer'], wait: true },
  run: async (input, { core }) => core.network.transfers.resume(input.transfer),
})

export const cancelTransfer = defineAction({
  name: 'transfers.cancel',
  scope: 'core',
  access: 'transfer',
  summary: 'End a transfer; files that are complete stay, parts of others are removed',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound'],
  cli: { words: ['network', 'transfer', 'cancel'], positional: ['transfer'] },
  run: (input, { core }) => core.network.transfers.cancel(input.transfer),
})
