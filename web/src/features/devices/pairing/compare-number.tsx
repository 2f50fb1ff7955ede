import type { PairingStatus } from '@spacedrive/core/domain'
import { useAction } from '../../../api/index.ts'
import { useMessages } from '../../../i18n/index.ts'
import { Button, ErrorNote, SafeName } from '../../../ui/index.ts'
import { Digits } from '../digits.tsx'
import { messages } from './messages.ts'
import { Step } from './step.tsx'
import { TimeLeft } from './time-left.tsx'

interface CompareNumberProps {
  readonly status: PairingStatus
  /** Of this device. */
  readonly name: string
  readonly onDiffer: () => void
}

/** The number that both screens show, with both names, and whether they are the same. */
export function CompareNumber({ status, name, onDiffer }: CompareNumberProps) {
  const t = useMessages(messages)
  const confirm = useAction('pairing.confirm')
  const { confirmed, device, expiresAt, number, unattended } = status
  if (device === null || number === null) return <Step title={t.found} />
  return (
    <div className="flex flex-col items-center gap-3 py-4 text-center">
      <Step title={t.compare} />
      <p>
        <Digits number={number} className="text-[2rem] leading-10" />
      </p>
      <dl className="grid grid-cols-2 gap-x-6 text-start">
        <dt className="text-muted text-xs">{t.here}</dt>
        <dt className="text-muted text-xs">{t.there}</dt>
        <dd className="font-medium">
          <SafeName name={name} />
        </dd>
        <dd className="font-medium">
          <SafeName name={device.name} />
        </dd>
      </dl>
      {unattended && <p className="text-muted max-w-md">{t.unattended(device.name)}</p>}
      {confirmed ? (
        <p role="status" className="text-muted">
          {unattended ? t.finishing : t.confirmed(device.name)}
        </p>
      ) : (
        <div className="flex flex-wrap justify-center gap-2">
          <Button onClick={onDiffer}>{t.differ}</Button>
          <Button kind="primary" onClick={() => confirm.mutate({ number })} disabled={confirm.isPending}>
            {t.same}
          </Button>
        </div>
      )}
      {confirm.error && <ErrorNote error={confirm.error} />}
      <TimeLeft until={expiresAt} />
    </div>
  )
}
