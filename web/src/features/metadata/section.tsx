import { Copy } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { cn, IconButton, toast } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** A part of the inspector. */
export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="border-line border-t px-4 py-3">
      <div className="mb-1.5 flex min-h-6 items-center justify-between gap-2">
        <h3 id={id} className="font-semibold">
          {title}
        </h3>
        {action}
      </div>
      {children}
    </section>
  )
}

/** Names with their values, for `Row`. */
export function Rows({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(5.5rem,auto)_1fr] gap-x-3 gap-y-1">{children}</dl>
}

interface RowProps {
  readonly label: string
  readonly children: ReactNode
  /** What a button copies. */
  readonly copied?: string | undefined
  /** A code, in a line of its own below its name. */
  readonly isCode?: boolean
}

export function Row({ label, children, copied, isCode = false }: RowProps) {
  const t = useMessages(messages)
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text)
    toast(t.copied)
  }
  return (
    <>
      <dt className={cn('text-muted break-words hyphens-auto', isCode && 'col-span-2 -mb-1 text-xs')}>{label}</dt>
      <dd className={cn('flex min-w-0 items-start gap-1', isCode && 'col-span-2')}>
        <span
          className={isCode ? 'min-w-0 flex-1 font-mono text-xs leading-5 break-all' : 'min-w-0 flex-1 break-words'}
          dir={isCode ? 'ltr' : undefined}
        >
          {children}
        </span>
        {copied !== undefined && (
          <IconButton icon={Copy} label={t.copy(label)} onClick={() => void copy(copied)} className="-my-1" />
        )}
      </dd>
    </>
  )
}
