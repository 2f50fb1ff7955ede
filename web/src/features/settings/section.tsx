import { createContext, type ReactNode, useContext, useLayoutEffect, useMemo, useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { cn } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** What is searched for in the settings, in small letters; empty: all are shown. */
const SoughtContext = createContext('')
/** Counts a setting as shown; returns what takes that back. */
const CountContext = createContext<() => () => void>(() => () => {})

/** The settings that match a search, or a line that says that none does. */
export function SettingsSearch({ children, text }: { children: ReactNode; text: string }) {
  const t = useMessages(messages)
  const [shown, setShown] = useState(0)
  const count = useMemo(
    () => () => {
      setShown((before) => before + 1)
      return () => setShown((before) => before - 1)
    },
    [],
  )
  const sought = text.trim()
  return (
    <SoughtContext value={sought.toLowerCase()}>
      <CountContext value={count}>{children}</CountContext>
      <p role="status" className="text-muted text-center break-words empty:hidden">
        {sought !== '' && shown === 0 && t.noneFound(sought)}
      </p>
    </SoughtContext>
  )
}

/** Whether something is searched for in the settings. */
export function useIsSearching(): boolean {
  return useContext(SoughtContext) !== ''
}

/** A group of settings under its heading. In a search it is shown if its title matches, with all settings, or a setting does. */
export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const sought = useContext(SoughtContext)
  const isFound = title.toLowerCase().includes(sought)
  return (
    <section className={cn(!isFound && 'not-has-[[data-setting]]:hidden')}>
      <h2 className="text-base font-semibold">{title}</h2>
      {hint && <p className="text-muted">{hint}</p>}
      <div className="divide-line border-line rounded-tile mt-2 divide-y border">
        {isFound ? <SoughtContext value="">{children}</SoughtContext> : children}
      </div>
    </section>
  )
}

interface RowProps {
  readonly label: ReactNode
  readonly hint?: ReactNode
  /** What a search finds it by, if the label is no text. */
  readonly words?: string
  /** Below the control, such as why its value was refused. */
  readonly below?: ReactNode
  readonly children: ReactNode
}

/** One setting: its name, what it does, its control. */
export function Row({ below, label, hint, words, children }: RowProps) {
  const sought = useContext(SoughtContext)
  const count = useContext(CountContext)
  const text = words ?? (typeof label === 'string' ? label : '')
  const isShown = text.toLowerCase().includes(sought)
  useLayoutEffect(() => (isShown ? count() : undefined), [count, isShown])
  if (!isShown) return null
  return (
    <div data-setting className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-56">
        <div className="font-medium">{label}</div>
        {hint && <div className="text-muted text-xs">{hint}</div>}
      </div>
      {children}
      {below}
    </div>
  )
}
