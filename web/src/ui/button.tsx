import { Tooltip } from '@base-ui/react/tooltip'
import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactElement, ReactNode } from 'react'
import { cn } from './cn.ts'

const kinds = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border-transparent font-medium',
  plain: 'bg-raised text-text hover:bg-hover border-line',
  quiet: 'bg-transparent text-text hover:bg-hover border-transparent',
  danger: 'bg-raised text-bad hover:bg-hover border-line',
} as const

interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: keyof typeof kinds
  readonly icon?: LucideIcon
}

export function Button({ kind = 'plain', icon: Icon, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={cn(
        'press rounded-control inline-flex h-8 items-center justify-center gap-1.5 border px-3 text-sm whitespace-nowrap disabled:opacity-50',
        kinds[kind],
        className,
      )}
      {...rest}
    >
      {Icon && <Icon size={16} strokeWidth={1.5} aria-hidden />}
      {children}
    </button>
  )
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly icon: LucideIcon
  /** What it does: its name for everyone, and its tooltip. */
  readonly label: string
  /** Shown in the tooltip: `Alt+1`. */
  readonly keys?: string | undefined
  readonly isPressed?: boolean
  /** Without a tooltip: one that has the focus would take the first Escape, which is meant for what it stands in. */
  readonly isBare?: boolean
}

export function IconButton({ icon: Icon, label, keys, isPressed, isBare, className, ...rest }: IconButtonProps) {
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isPressed}
      className={cn(
        'press rounded-control hover:bg-hover text-muted hover:text-text inline-flex size-7 shrink-0 items-center justify-center disabled:opacity-40',
        isPressed && 'bg-accent-soft text-text',
        className,
      )}
      {...rest}
    >
      <Icon size={16} strokeWidth={1.5} aria-hidden />
    </button>
  )
  if (isBare) return button
  return (
    <Hint text={label} keys={keys}>
      {button}
    </Hint>
  )
}

/** A tooltip over one control. */
export function Hint({ text, keys, children }: { text: ReactNode; keys?: string | undefined; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children as ReactElement<Record<string, unknown>>} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="rounded-control bg-raised border-line shadow-float text-text flex items-center gap-2 border px-2 py-1 text-xs">
            {text}
            {keys && <Keys keys={keys} />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

/** Keys as they are printed on a keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="text-muted inline-flex gap-0.5">
      {keys.split(/(?<=.)\+/).map((key) => (
        <kbd key={key} className="border-line bg-panel rounded border px-1 font-sans text-xs">
          {key}
        </kbd>
      ))}
    </span>
  )
}
