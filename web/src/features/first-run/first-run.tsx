import { useNavigate } from '@tanstack/react-router'
import { FolderSearch } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useAction } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { defineMessages, useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, Field, Input } from '../../ui/index.ts'

const messages = defineMessages({
  en: {
    title: 'Welcome',
    question: 'Which folder shall we look at?',
    hint: 'Your files stay where they are. Only what is in them is written down.',
    begin: 'Begin',
    failed: 'This folder cannot be added',
  },
  de: {
    title: 'Willkommen',
    question: 'Welchen Ordner sollen wir ansehen?',
    hint: 'Deine Dateien bleiben, wo sie sind. Nur was darin ist, wird notiert.',
    begin: 'Beginnen',
    failed: 'Dieser Ordner kann nicht hinzugefügt werden',
  },
})

/** One field: the folder to begin with. It is shown at once, while it is indexed. */
export function FirstRun() {
  const t = useMessages(messages)
  const navigate = useNavigate()
  const [path, setPath] = useState('')
  const add = useAction('locations.add')
  const begin = (event: FormEvent) => {
    event.preventDefault()
    add.mutate(
      { path },
      { onSuccess: ({ location }) => void navigate({ to: '/browse', search: { path: location.path } }) },
    )
  }
  return (
    <Page title={t.title}>
      <form onSubmit={begin} className="m-auto flex w-full max-w-lg flex-col gap-4 p-8">
        <FolderSearch size={32} strokeWidth={1.25} aria-hidden className="text-accent" />
        <Field label={t.question} hint={t.hint}>
          {(ids) => (
            <Input {...ids} autoFocus required value={path} onChange={(event) => setPath(event.target.value)} />
          )}
        </Field>
        <Button kind="primary" type="submit" disabled={add.isPending} className="self-start">
          {t.begin}
        </Button>
        {add.error && <ErrorNote error={add.error} title={t.failed} />}
      </form>
    </Page>
  )
}
