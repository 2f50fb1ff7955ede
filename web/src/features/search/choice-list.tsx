import type { ReactNode } from 'react'
import { cn } from '../../ui/index.ts'

interface ChoiceListProps<T extends string> {
  readonly label: string
  readonly choices: readonly { readonly value: T; readonly label: ReactNode }[]
  readonly chosen: readonly string[]
  readonly onChange: (chosen: T[]) => void
  readonly columns?: 1 | 2
}

/** Some of several. */
export function CheckList<T extends string>({ choices, chosen, columns = 1, label, onChange }: ChoiceListProps<T>) {
  const toggle = (value: T, isOn: boolean) =>
    onChange(choices.map((each) => each.value).filter((each) => (each === value ? isOn : chosen.includes(each))))
  return (
    <div role="group" aria-label={label} className={cn('grid gap-x-2', columns === 2 && 'grid-cols-2')}>
      {choices.map((choice) => (
        <label key={choice.value} className="rounded-control hover:bg-hover flex h-7 min-w-0 items-center gap-2 px-1">
          <input
            type="checkbox"
            checked={chosen.includes(choice.value)}
            onChange={(event) => toggle(choice.value, event.target.checked)}
            className="accent-accent size-4 shrink-0"
          />
          <span className="min-w-0 truncate">{choice.label}</span>
        </label>
      ))}
    </div>
  )
}

interface PresetsProps<T extends string> {
  readonly label: string
  readonly choices: readonly { readonly value: T; readonly label: string }[]
  readonly chosen: string | undefined
  readonly onChoose: (value: T) => void
}

/** One of several, at a click. */
export function Presets<T extends string>({ choices, chosen, label, onChoose }: PresetsProps<T>) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1.5">
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === chosen}
          onClick={() => onChoose(choice.value)}
          className={cn(
            'press rounded-full h-7 border px-2.5',
            choice.value === chosen ? 'bg-accent-soft border-accent/50 font-medium' : 'border-line hover:bg-hover',
          )}
        >
          {choice.label}
        </button>
      ))}
    </div>
  )
}
