import type { Op } from '@spacedrive/core/ops'

/** The parameter that names a library, beside those of the operation. */
export const LIBRARY = 'library'
/** The parameter by which a client says that the user has agreed to a destructive operation. */
export const CONFIRM = 'confirm'

/** Whether the operation needs a library, which `library` names. */
export function takesLibrary({ scope }: Op): boolean {
  return scope !== 'core'
}

/** Whether the operation destroys something, so that it needs `confirm`. */
export function takesConfirmation({ cli }: Op): boolean {
  return cli?.confirm !== undefined
}
