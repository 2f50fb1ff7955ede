import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import { Said } from './said.tsx'
import { toast } from './toast.tsx'

const messages = defineMessages({
  en: { copy: 'Copy details', copied: 'Copied', retry: 'Try again' },
  de: { copy: 'Einzelheiten kopieren', copied: 'Kopiert', retry: 'Noch einmal' },
})

interface EmptyStateProps {
  readonly icon: LucideIcon
  readonly title: string
  /** It is all that the page says: its title is the page's. */
  readonly isPage?: boolean
  /** What belongs here. */
  readonly children?: ReactNode
  /** The one thing to do about it. */
  readonly action?: ReactNode
}

/** What stands where there is nothing: what belongs there, and the one action. */
export function EmptyState({ icon: Icon, title, isPage = false, children, action }: EmptyStateProps) {
  const Heading = isPage ? 'h1' : 'h2'
  return (
    <div className="m-auto flex max-w-md flex-col items-center gap-2 p-8 text-center">
      <Icon size={32} strokeWidth={1.25} aria-hidden className="text-faint" />
      {isPage && <title>{`${title} – Spacedrive`}</title>}
      <Heading className="text-base font-semibold">{title}</Heading>
      {children && <div className="text-muted">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  )
}

interface ErrorNoteProps {
  readonly error: unknown
  /** What could not be done, in a few words. */
  readonly title?: string
  readonly onRetry?: (() => void) | undefined
  readonly className?: string
}

/** What happened, to what, and what to do: the error says it. */
export function ErrorNote({ error, title, onRetry, className }: ErrorNoteProps) {
  const t = useMessages(messages)
  const copy = async () => {
    await navigator.clipboard.writeText(detailsOf(error))
    toast(t.copied)
  }
  return (
    <div
      role="alert"
      className={cn('rounded-tile border-line bg-panel flex max-w-xl items-start gap-3 border p-3', className)}
    >
      <CircleAlert size={18} strokeWidth={1.5} aria-hidden className="text-bad mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1">
        {title && <p className="font-medium">{title}</p>}
        <p className="text-muted break-words">
          <Said of={error} />
        </p>
        <div className="mt-2 flex gap-2">
          {onRetry && <Button onClick={onRetry}>{t.retry}</Button>}
          <Button kind="quiet" onClick={() => void copy()}>
            {t.copy}
          </Button>
        </div>
      </div>
    </div>
  )
}

/** All that an error says, for a report. */
function detailsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, details } = error as Error & { code?: string; details?: unknown }
  return JSON.stringify({ code, message: error.message, details, page: location.href, version: __VERSION__ }, null, 2)
}

/** Stands where something is waited for. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('skeleton rounded-control', className)} />
}

/** How much of something is done, 0 to 1; null while that is not known. */
export function ProgressBar({ part, label, className }: { part: number | null; label: string; className?: string }) {
  const percent = part === null ? undefined : Math.round(part * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={cn('bg-hover h-1.5 overflow-hidden rounded-full', className)}
    >
      <div
        className="bg-accent h-full rounded-full"
        style={{ width: `${percent ?? 100}%`, opacity: part === null ? 0.4 : 1 }}
      />
    </div>
  )
}
