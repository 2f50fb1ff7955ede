import { ChevronDown, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { cn, Popover } from '../../ui/index.ts'
import { messages } from './messages.ts'

interface FilterChipProps {
  readonly label: string
  /** What it lets through; undefined where it is not set. */
  readonly value: string | undefined
  /** The search cannot be carried out with it. */
  readonly isBroken: boolean
  readonly onRemove: () => void
  /** What it is set with. */
  readonly children: (close: () => void) => ReactNode
}

/** A filter: a button that opens what it is set with, and where it is set one that takes it away. */
export function FilterChip({ children, isBroken, label, onRemove, value }: FilterChipProps) {
  const t = useMessages(messages)
  const [isOpen, setOpen] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)
  const isSet = value !== undefined
  const remove = () => {
    onRemove()
    trigger.current?.focus()
  }
  return (
    <span className={chipClass(isSet, isBroken)}>
      <Popover
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={label}
        trigger={
          <button
            ref={trigger}
            type="button"
            onKeyDown={(event) => isSet && isRemoval(event) && remove()}
            className="flex h-full min-w-0 items-center gap-1 rounded-full px-2.5"
          >
            <span className={cn(isSet && 'text-muted')}>{isSet ? `${label}:` : label}</span>
            {isSet ? (
              <bdi className="max-w-40 truncate font-medium">{value}</bdi>
            ) : (
              <ChevronDown size={14} strokeWidth={1.5} aria-hidden className="text-muted" />
            )}
          </button>
        }
      >
        {children(() => setOpen(false))}
      </Popover>
      {isSet && <RemoveButton label={t.removeFilter(label)} onClick={remove} />}
    </span>
  )
}

interface SwitchChipProps {
  readonly label: string
  readonly isOn: boolean
  readonly isBroken?: boolean
  readonly onChange: (isOn: boolean) => void
}

/** A filter that is on or off. */
export function SwitchChip({ isBroken = false, isOn, label, onChange }: SwitchChipProps) {
  return (
    <span className={chipClass(isOn, isBroken)}>
      <button
        type="button"
        aria-pressed={isOn}
        onClick={() => onChange(!isOn)}
        onKeyDown={(event) => isOn && isRemoval(event) && onChange(false)}
        className={cn('flex h-full items-center gap-1 rounded-full px-2.5', isOn && 'font-medium')}
      >
        {label}
        {isOn && <X size={14} strokeWidth={1.5} aria-hidden className="text-muted -me-1" />}
      </button>
    </span>
  )
}

function RemoveButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="press hover:bg-hover text-muted hover:text-text -ms-1.5 me-0.5 grid size-6 shrink-0 place-items-center rounded-full"
    >
      <X size={14} strokeWidth={1.5} aria-hidden />
    </button>
  )
}

function chipClass(isSet: boolean, isBroken: boolean): string {
  return cn(
    'press inline-flex h-7 max-w-full shrink-0 items-center rounded-full border text-sm',
    isSet ? 'bg-accent-soft border-accent/50' : 'border-line hover:bg-hover',
    isBroken && 'border-bad',
  )
}

function isRemoval(event: KeyboardEvent): boolean {
  if (event.key !== 'Backspace' && event.key !== 'Delete') return false
  event.preventDefault()
  return true
}
