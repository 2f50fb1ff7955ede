import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMessages } from '../../../i18n/index.ts'
import { Button } from '../../../ui/index.ts'
import { messages } from './messages.ts'
import { Outcome } from './outcome.tsx'

/** Why a pairing came to nothing. */
export type Reason = 'expired' | 'cancelled' | 'failed' | 'differed' | 'wrong' | 'notThere' | 'used' | 'busy'

interface EndOfPairingProps {
  /** The one that is paired; null where none is. */
  readonly device: { readonly id: string; readonly name: string } | null
  readonly reason: Reason
  /** What the daemon says of it. */
  readonly said: string | null
  /** What can be done where it came to nothing. */
  readonly action: ReactNode
  readonly onClose: () => void
}

/** How a pairing ended, and what next. */
export function EndOfPairing({ action, device, onClose, reason, said }: EndOfPairingProps) {
  const t = useMessages(messages)
  if (device !== null)
    return (
      <Outcome kind="done" title={t.done(device.name)} text={t.doneText} said={said}>
        <Link
          to="/devices/$device"
          params={{ device: device.id }}
          className="press rounded-control bg-raised hover:bg-hover border-line inline-flex h-8 items-center border px-3 text-sm"
        >
          {t.toDevice}
        </Link>
        <Button kind="primary" onClick={onClose}>
          {t.close}
        </Button>
      </Outcome>
    )
  // The sentence of the daemon says more only where it is not known why.
  return (
    <Outcome
      kind={reason === 'cancelled' ? 'stopped' : 'failed'}
      {...t.reasons[reason]}
      said={reason === 'failed' ? said : null}
    >
      <Button onClick={onClose}>{t.close}</Button>
      {action}
    </Outcome>
  )
}
