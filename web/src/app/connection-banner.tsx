import { PlugZap } from 'lucide-react'
import { connection, useConnection, useProgram } from '../api/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Button } from '../ui/index.ts'
import { useSeconds } from './use-seconds.ts'

const messages = defineMessages({
  en: {
    lost: 'The daemon is not running. This page shows what it last knew, and comes back by itself after a restart. To start the daemon, run this in a terminal:',
    impostor: (command: string) =>
      `Another program answers at this address in place of the daemon. It was sent nothing. “${command}” in a terminal finds the daemon.`,
    next: (seconds: number) => `Trying again in ${seconds} s`,
    trying: 'Trying again…',
    retry: 'Try now',
  },
  de: {
    lost: 'Der Dienst läuft nicht. Diese Seite zeigt, was sie zuletzt wusste, und kommt nach einem Neustart von selbst zurück. So startet er, in einem Terminal:',
    impostor: (command) =>
      `Unter dieser Adresse antwortet ein anderes Programm statt des Dienstes. Ihm wurde nichts geschickt. „${command}“ in einem Terminal findet den Dienst.`,
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
  const command = `${useProgram()} open`
  const seconds = Math.max(0, Math.ceil((retryAt - useSeconds()) / 1000))
  return (
    <div
      role="status"
      className="border-line bg-panel flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-1.5"
    >
      <PlugZap size={16} strokeWidth={1.5} aria-hidden className="text-warn" />
      <span className="min-w-0 flex-1 basis-64">
        {isImpostor ? t.impostor(command) : t.lost}
        {!isImpostor && (
          <>
            {' '}
            <code className="bg-raised border-line rounded-control border px-1 font-mono whitespace-nowrap">
              {command}
            </code>
          </>
        )}
      </span>
      {/* Nobody wants every second read out. */}
      <span aria-live="off" className="text-muted tabular-nums">
        {seconds > 0 ? t.next(seconds) : t.trying}
      </span>
      <Button onClick={() => connection.retryNow()}>{t.retry}</Button>
    </div>
  )
}
