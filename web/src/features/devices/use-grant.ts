import type { GrantKind } from '@spacedrive/core/domain'
import { askAgain, useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

interface Answer {
  /** Its id. */
  readonly device: string
  readonly what: GrantKind
  readonly isAllowed: boolean
  /** What it is for, of grants that are for folders; left out: all locations. */
  readonly folders?: readonly string[]
}

/** Allows a device something here, or no longer. */
export function useGrant(): { readonly isPending: boolean; readonly set: (answer: Answer) => void } {
  const t = useMessages(messages)
  const { isPending, mutate } = useAction('network.grant')
  return {
    isPending,
    set: ({ device, folders = [], isAllowed, what }) =>
      mutate(
        { device, what, folders: isAllowed ? [...folders] : [], off: !isAllowed },
        { onError: (err) => toastError(t.failed, err), onSettled: () => askAgain('network.grants') },
      ),
  }
}
