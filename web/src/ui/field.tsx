import { Switch as BaseSwitch } from '@base-ui/react/switch'
import type { ComponentProps, ReactNode } from 'react'
import { useId } from 'react'
import { cn } from './cn.ts'

/** A text field without its label: give it one by `aria-label` or through `Field`. */
export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      className={cn(
        'rounded-control border-line-strong bg-raised placeholder:text-faint h-8 w-full border px-2.5 text-sm',
        className,
      )}
      {...rest}
    />
  )
}

interface FieldProps {
  readonly label: string
  readonly hint?: ReactNode
  readonly children: (ids: { id: string; 'aria-describedby': string | undefined }) => ReactNode
}

/** A control with its label, and what helps to fill it in. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': hint ? `${id}-hint` : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-muted text-xs">
          {hint}
        </p>
      )}
    </div>
  )
}

interface SelectProps<T extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly value: T
  readonly choices: readonly { value: T; label: string }[]
  readonly onChange: (value: T) => void
}

/** One of several; the browser's own, so that every keyboard and reader knows it. */
export function Select<T extends string>({ value, choices, onChange, className, ...rest }: SelectProps<T>) {
  return (
    <select
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
      className={cn('rounded-control border-line-strong bg-raised h-8 border px-2 text-sm', className)}
      {...rest}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  )
}

/** On or off, at once. */
export function Switch({
  isOn,
  onChange,
  label,
  isDisabled,
}: {
  isOn: boolean
  onChange: (isOn: boolean) => void
  label: string
  isDisabled?: boolean
}) {
  return (
    <BaseSwitch.Root
      checked={isOn}
      onCheckedChange={onChange}
      disabled={isDisabled}
      aria-label={label}
      className="press border-line-strong bg-hover data-[checked]:bg-accent data-[checked]:border-accent h-6 w-10 shrink-0 rounded-full border p-0.5 disabled:opacity-50"
    >
      <BaseSwitch.Thumb className="bg-text data-[checked]:bg-on-accent block size-4.5 rounded-full transition-transform data-[checked]:translate-x-4" />
    </BaseSwitch.Root>
  )
}
