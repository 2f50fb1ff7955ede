import { Popover as Base } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'

interface PopoverProps {
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  readonly trigger: ReactElement<Record<string, unknown>>
  readonly title: string
  readonly children: ReactNode
}

/** What a button shows beside itself to be filled in: Escape and a click elsewhere close it. */
export function Popover({ isOpen, onOpenChange, trigger, title, children }: PopoverProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={onOpenChange}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="start" collisionPadding={8} className="z-40">
          <Base.Popup className="rounded-tile bg-raised border-line shadow-float flex max-h-[min(28rem,var(--available-height))] w-72 max-w-[calc(100vw-1rem)] flex-col gap-3 overflow-y-auto border p-3 text-sm outline-none">
            <Base.Title className="font-semibold">{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
