import { useOperation } from '../../../api/index.ts'
import { useMessages } from '../../../i18n/index.ts'
import { Section } from '../section.tsx'
import { CompareNumber } from './compare-number.tsx'
import { messages } from './messages.ts'
import { cancelPairing } from './use-cancel-on-leave.ts'

/** A pairing that was begun on the command line or in another window, and waits for somebody to compare the number. */
export function PairingElsewhere() {
  const t = useMessages(messages)
  const status = useOperation('pairing.status', {}).data
  const name = useOperation('network.status', {}).data?.name
  if (status?.state !== 'awaiting-confirmation' || name === undefined) return null
  return (
    <Section title={t.elsewhere}>
      <CompareNumber status={status} name={name} onDiffer={() => void cancelPairing()} />
    </Section>
  )
}
