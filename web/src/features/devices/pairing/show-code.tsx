import type { OutputOf } from '@spacedrive/client'
import { ClientError } from '@spacedrive/client'
import type { PairingStatus } from '@spacedrive/core/domain'
import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { connection, useOperation } from '../../../api/index.ts'
import { useMessages } from '../../../i18n/index.ts'
import { Button, ErrorNote, Skeleton, toast } from '../../../ui/index.ts'
import { CompareNumber } from './compare-number.tsx'
import { EndOfPairing } from './end-of-pairing.tsx'
import { messages } from './messages.ts'
import { Outcome } from './outcome.tsx'
import { TimeLeft } from './time-left.tsx'
import { cancelPairing } from './use-cancel-on-leave.ts'

type Code = OutputOf<'pairing.generate'>

interface ShowCodeProps {
  /** Of this device. */
  readonly name: string
  /** A pairing was begun, and ends with the dialog. */
  readonly onBegin: () => void
  readonly onClose: () => void
}

/** Makes a code, shows it, and goes on with the device that has it. */
export function ShowCode({ name, onBegin, onClose }: ShowCodeProps) {
  const t = useMessages(messages)
  const [round, setRound] = useState(0)
  const [isDifferent, setDifferent] = useState(false)
  const { data: code, error } = useQuery({
    // Not kept: whoever sees the words can pair.
    queryKey: ['pairing-code', round],
    queryFn: async () => {
      const made = await connection.action('pairing.generate', {})
      onBegin()
      return made
    },
    gcTime: 0,
  })
  const status = useOperation('pairing.status', {}).data
  const again = () => {
    setDifferent(false)
    setRound(round + 1)
  }
  const differ = () => {
    setDifferent(true)
    void cancelPairing()
  }
  if (error instanceof ClientError && error.code === 'Conflict')
    return (
      <Outcome kind="stopped" {...t.reasons.busy}>
        <Button kind="primary" onClick={() => void cancelPairing().then(again)}>
          {t.endOther}
        </Button>
      </Outcome>
    )
  if (error) return <ErrorNote error={error} title={t.reasons.failed.title} onRetry={again} />
  if (!code) return <Skeleton className="h-64" />
  // Until the daemon says otherwise, nothing has happened yet.
  const current = status?.session === code.session ? status : null
  switch (current?.state) {
    case undefined:
    case 'idle':
    case 'code-issued':
    case 'waiting':
      return <CodeShown code={code} status={current} />
    case 'challenge-issued':
    case 'response-verified':
    case 'awaiting-confirmation':
      return <CompareNumber status={current} name={name} onDiffer={differ} />
    case 'completed':
    case 'failed':
    case 'expired':
    case 'cancelled':
      return (
        <EndOfPairing
          device={current.state === 'completed' ? current.device : null}
          reason={isDifferent ? 'differed' : current.state === 'completed' ? 'failed' : current.state}
          said={current.reason}
          action={
            <Button kind="primary" onClick={again}>
              {t.again}
            </Button>
          }
          onClose={onClose}
        />
      )
  }
}

function CodeShown({ code, status }: { code: Code; status: PairingStatus | null }) {
  const t = useMessages(messages)
  const copy = async () => {
    await navigator.clipboard.writeText(code.code)
    toast(t.copied)
  }
  const attempts = status?.attemptsLeft ?? null
  return (
    <div className="flex flex-col gap-3">
      <p>{t.codeText}</p>
      <div className="flex flex-wrap items-start justify-center gap-4">
        <ol
          aria-label={t.words}
          dir="ltr"
          lang="en"
          className="grid min-w-0 flex-1 basis-64 grid-flow-col grid-cols-2 grid-rows-6 gap-x-3 gap-y-1 select-text"
        >
          {code.code.split(' ').map((word, i) => (
            <li key={i} className="bg-panel rounded-control flex h-7 items-center gap-2 px-2 font-medium">
              <span aria-hidden className="text-muted w-5 text-end text-xs tabular-nums">
                {i + 1}
              </span>
              {word}
            </li>
          ))}
        </ol>
        <img
          src={`data:image/svg+xml,${encodeURIComponent(code.qr.svg)}`}
          alt={t.picture}
          className="rounded-tile size-50 shrink-0 bg-white"
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Button icon={Copy} onClick={() => void copy()}>
          {t.copyWords}
        </Button>
        <TimeLeft until={code.expiresAt} />
      </div>
      <p className="text-muted">{t.next}</p>
      <p role="status" className="text-warn empty:hidden">
        {attempts !== null && attempts < MAX_ATTEMPTS && t.attempts(attempts)}
      </p>
      {code.addresses.length > 0 && (
        <details>
          <summary className="text-muted w-fit">{t.notFound}</summary>
          <div className="mt-1 select-text">
            <p>{t.notFoundText}</p>
            <ul dir="ltr" className="font-mono text-xs">
              {code.addresses.map((address) => (
                <li key={address}>{address}</li>
              ))}
            </ul>
          </div>
        </details>
      )}
    </div>
  )
}

/** Devices that may try to prove a code, as the daemon has it. */
const MAX_ATTEMPTS = 3
