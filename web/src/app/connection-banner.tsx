import { PlugZap } from 'lucide-react'
import { connection, useConnection } from '../api/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Button } from '../ui/index.ts'
import { useSeconds } from './use-seconds.ts'

const messages = defineMessages({
  en: {
    lost: 'The daemon cannot be reached. What you see may be old; nothing is lost.',
    impostor:
      'Another program answers at this address in place of the daemon. It was sent nothing. “spacedrive open” in a terminal finds the daemon.',
    next: (seconds: number) => `Trying again in ${seconds} s`,
    trying: 'Trying again…',
    retry: 'Try now',
  },
  de: {
    lost: 'Der Dienst ist nicht zu erreichen. Was hier steht, kann veraltet sein; nichts geht verloren.',
    impostor:
      'Unter dieser Adresse antwortet ein anderes Programm statt des Dienstes. Ihm wurde nichts geschickt. „spacedrive open“ in einem Terminal findet den Dienst.',
    next: (seconds) => `Neuer Versuch in ${seconds} s`,
    trying: 'Neuer Versuch…',
    retry: 'Jetzt versuchen',
  },
})

/** Says that the daemon does not answer, and when it is asked again. */
export function ConnectionBanner() {
  const state = useConnection()
  return state.name === 'lost' ? <Lost {...state} /> : null
}

function Lost({ isImpostor, retryAt }: { isImpostor: boolean; retryAt: number }) {
  const t = useMessages(messages)
  const seconds = Math.max(0, Math.ceil((retryAt - useSeconds()) / 1000))
  return (
    <div
      role="status"
      className="border-line bg-panel flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-1.5"
    >
      <PlugZap size={16} strokeWidth={1.5} aria-hidden className="text-warn" />
      <span className="min-w-0 flex-1">{isImpostor ? t.impostor : t.lost}</span>
      {/* Nobody wants every second read out. */}
      <span aria-live="off" className="text-muted tabular-nums">
        {seconds > 0 ? t.next(seconds) : t.trying}
      </span>
      <Button onClick={() => connection.retryNow()}>{t.retry}</Button>
    </div>
  )
}
