import { operationCommands } from '@spacedrive/cli/commands'
import { manPage } from '@spacedrive/cli/man-page'
import { ownCommands } from '@spacedrive/cli/own-commands'
import { contract } from './contract.ts'

/** `cli/man/spacedrive.1`: the manual page of the command. */
export function manualPage(): string {
  return manPage([...ownCommands, ...operationCommands(contract())])
}
