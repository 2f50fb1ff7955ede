import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { EmptyState, ErrorNote } from '../ui/index.ts'
import { Page } from './page.tsx'

const messages = defineMessages({
  en: { broken: 'This page could not be shown', missing: 'There is no such page', home: 'To the first page' },
  de: {
    broken: 'Diese Seite kann nicht gezeigt werden',
    missing: 'Diese Seite gibt es nicht',
    home: 'Zur ersten Seite',
  },
})

/** Stands where a page has failed; the rest of the window goes on. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const t = useMessages(messages)
  return (
    <Page title={t.broken}>
      <ErrorNote error={error} onRetry={reset} className="m-8" />
    </Page>
  )
}

export function MissingPage() {
  const t = useMessages(messages)
  return (
    <Page title={t.missing}>
      <EmptyState
        icon={Compass}
        title={t.missing}
        action={
          <Link to="/" className="text-accent underline">
            {t.home}
          </Link>
        }
      />
    </Page>
  )
}
