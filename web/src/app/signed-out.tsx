import { KeyRound } from 'lucide-react'
import { connection, isElsewhere, useProgram } from '../api/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Button, EmptyState } from '../ui/index.ts'

const messages = defineMessages({
  en: {
    title: 'This browser is not signed in',
    text: 'Run this command in a terminal. It opens the explorer and signs this browser in:',
    elsewhere: 'The session has ended. Reload this page and sign in with the passphrase.',
    reload: 'Reload',
    retry: 'Try again',
  },
  de: {
    title: 'Dieser Browser ist nicht angemeldet',
    text: 'Dieser Befehl in einem Terminal öffnet den Explorer und meldet diesen Browser an:',
    elsewhere: 'Die Sitzung ist zu Ende. Lade diese Seite neu und melde dich mit der Passphrase an.',
    reload: 'Neu laden',
    retry: 'Noch einmal versuchen',
  },
})

/** Replaces the whole page if the browser is not signed in. */
export function SignedOut() {
  const t = useMessages(messages)
  const program = useProgram()
  return (
    <main className="flex h-full">
      <EmptyState
        icon={KeyRound}
        isPage
        title={t.title}
        action={
          isElsewhere ? (
            <Button onClick={() => location.reload()}>{t.reload}</Button>
          ) : (
            <Button onClick={() => connection.retryNow()}>{t.retry}</Button>
          )
        }
      >
        <p>{isElsewhere ? t.elsewhere : t.text}</p>
        {!isElsewhere && (
          <code className="bg-panel border-line rounded-control mt-2 inline-block border px-2 py-1 font-mono">
            {program} open
          </code>
        )}
      </EmptyState>
    </main>
  )
}
