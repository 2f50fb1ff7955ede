import { z } from 'zod'
import { Transfer, transferStates } from '../domain/transfer.ts'
import { defineAction, defineQuery } from './define.ts'

const transfer = z.string().min(1).max(64).describe('id of the transfer, from `network transfers`')

export const listTransfers = defineQuery({
  name: 'transfers.list',
  scope: 'core',
  staleBy: ['transfers'],
  access: 'view',
  summary: 'List transfers from and to other devices; ended transfers come last',
  input: z.object({ state: z.enum(transferStates).optional().describe('only transfers in this state') }),
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
  summary: 'Show one transfer and the files that failed',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound'],
  cli: { words: ['network', 'transfer', 'info'], positional: ['transfer'], shortIds: { transfer: 'transfers.list' } },
  run: async (input, { core }) => core.network.transfers.get(input.transfer),
})

export const pauseTransfer = defineAction({
  name: 'transfers.pause',
  scope: 'core',
  access: 'transfer',
  summary: 'Pause a transfer; files that have arrived stay',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['network', 'transfer', 'pause'], positional: ['transfer'], shortIds: { transfer: 'transfers.list' } },
  run: async (input, { core }) => core.network.transfers.pause(input.transfer),
})

export const resumeTransfer = defineAction({
  name: 'transfers.resume',
  scope: 'core',
  access: 'transfer',
  summary: 'Resume a paused or failed transfer; no data is sent twice',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound', 'Conflict'],
  cli: {
    words: ['network', 'transfer', 'resume'],
    positional: ['transfer'],
    wait: 'transfers',
    shortIds: { transfer: 'transfers.list' },
  },
  run: async (input, { core }) => core.network.transfers.resume(input.transfer),
})

export const cancelTransfer = defineAction({
  name: 'transfers.cancel',
  scope: 'core',
  access: 'transfer',
  summary: 'Cancel a transfer; complete files stay, partial files are removed',
  input: z.object({ transfer }),
  output: Transfer,
  errors: ['NotFound'],
  cli: { words: ['network', 'transfer', 'cancel'], positional: ['transfer'], shortIds: { transfer: 'transfers.list' } },
  run: (input, { core }) => core.network.transfers.cancel(input.transfer),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [listTransfers, transferInfo, pauseTransfer, resumeTransfer, cancelTransfer] as const
