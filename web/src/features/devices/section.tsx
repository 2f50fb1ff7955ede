import { type ReactNode, useId } from 'react'

interface SectionProps {
  readonly title: string
  readonly text?: string
  readonly action?: ReactNode
  readonly children: ReactNode
}

/** A part of the page under its heading; what is in it stands in a frame, one below the other. */
export function Section({ title, text, action, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <header className="flex min-h-8 items-center justify-between gap-2">
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        {action}
      </header>
      {text && <p className="text-muted">{text}</p>}
      <div className="divide-line border-line rounded-tile mt-2 divide-y border">{children}</div>
    </section>
  )
}

/** One thing: its name, what is said of it, and what can be done. */
export function Row({ label, hint, children }: { label: ReactNode; hint?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 px-3 py-2">
      <div className="min-w-0 flex-1 basis-56">
        <div className="font-medium">{label}</div>
        {hint && <div className="text-muted text-xs break-words">{hint}</div>}
      </div>
      {children}
    </div>
  )
}
