import { KeyRound } from 'lucide-react'
import { connection, useProgram } from '../api/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Button, EmptyState } from '../ui/index.ts'

const messages = defineMessages({
  en: {
    title: 'This browser is not signed in',
    text: 'Run this command in a terminal; it opens the explorer, signed in:',
    retry: 'Try again',
  },
  de: {
    title: 'Dieser Browser ist nicht angemeldet',
    text: 'Dieser Befehl in einem Terminal öffnet den Explorer und meldet an:',
    retry: 'Noch einmal versuchen',
  },
})

/** Stands instead of everything where the daemon does not know the browser. */
export function SignedOut() {
  const t = useMessages(messages)
  const program = useProgram()
  return (
    <main className="flex h-full">
      <EmptyState
        icon={KeyRound}
        isPage
        title={t.title}
        action={<Button onClick={() => connection.retryNow()}>{t.retry}</Button>}
      >
        <p>{t.text}</p>
        <code className="bg-panel border-line rounded-control mt-2 inline-block border px-2 py-1 font-mono">
          {program} open
        </code>
      </EmptyState>
    </main>
  )
}
