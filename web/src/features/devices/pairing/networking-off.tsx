import type { NetworkStatus } from '@spacedrive/core/domain'
import { Link } from '@tanstack/react-router'
import { PlugZap } from 'lucide-react'
import { useAction } from '../../../api/index.ts'
import { useMessages } from '../../../i18n/index.ts'
import { Button, ErrorNote } from '../../../ui/index.ts'
import { Unlock } from '../network-switch.tsx'
import { messages } from './messages.ts'
import { Outcome } from './outcome.tsx'

/** Stands in place of a pairing while no other device can be reached, and turns networking on. */
export function NetworkingOff({ status: { error, state } }: { status: NetworkStatus }) {
  const t = useMessages(messages)
  const start = useAction('network.start')
  if (state === 'locked')
    return (
      <Outcome kind="stopped" {...t.reasons.locked}>
        <Unlock label={t.unlock} />
      </Outcome>
    )
  const reason = state === 'failed' ? t.reasons.notStarted : t.reasons.off
  return (
    <Outcome kind="stopped" {...reason} said={error}>
      <Button kind="primary" icon={PlugZap} onClick={() => start.mutate({})} disabled={start.isPending}>
        {t.turnOn}
      </Button>
      {state === 'failed' && (
        <Link to="/settings" className="underline">
          {t.reasons.notStarted.text}
        </Link>
      )}
      {start.error && <ErrorNote error={start.error} className="basis-full" />}
    </Outcome>
  )
}
