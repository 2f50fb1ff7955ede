import type { ReactNode } from 'react'

/** A group of settings under its heading. */
export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="text-base font-semibold">{title}</h2>
      {hint && <p className="text-muted">{hint}</p>}
      <div className="divide-line border-line rounded-tile mt-2 divide-y border">{children}</div>
    </section>
  )
}

/** One setting: its name, what it does, its control. */
export function Row({ label, hint, children }: { label: ReactNode; hint?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-56">
        <div className="font-medium">{label}</div>
        {hint && <div className="text-muted text-xs">{hint}</div>}
      </div>
      {children}
    </div>
  )
}
