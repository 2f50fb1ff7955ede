import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { IconButton } from './button.tsx'
import { cn } from './cn.ts'
import { MenuHome } from './menu-home.ts'

const messages = defineMessages({ en: { close: 'Close' }, de: { close: 'Schließen' } })

interface DialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  readonly children: ReactNode
  /** The buttons, the one that goes on last. */
  readonly actions?: ReactNode
  /** Says what gets the focus when it closes; false: the focus is not moved. By default the element that had it before. */
  readonly finalFocus?: (() => HTMLElement | null | false) | undefined
  /** Its top edge stays where it is while its content becomes shorter or longer. */
  readonly isHeldAtTop?: boolean
  readonly className?: string
}

/** A modal dialog: Escape and the cross close it, the focus stays in it and goes back to where it was. */
export function Dialog({ isOpen, onClose, title, children, actions, className, finalFocus, isHeldAtTop }: DialogProps) {
  const t = useMessages(messages)
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Base.Popup
          finalFocus={finalFocus}
          className={cn(
            'rounded-dialog bg-raised border-line shadow-float fixed left-1/2 z-40 flex w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 flex-col border',
            isHeldAtTop
              ? 'top-[10dvh] max-h-[min(44rem,80dvh)]'
              : 'top-1/2 max-h-[min(44rem,calc(100dvh-2rem))] -translate-y-1/2',
            className,
          )}
        >
          <MenuHome value={null}>
            <header className="flex items-center justify-between gap-2 px-5 pt-4 pb-2">
              <Base.Title className="text-base font-semibold">{title}</Base.Title>
              <Base.Close render={<IconButton icon={X} label={t.close} isBare />} />
            </header>
            {/* Keys scroll it, also if nothing in it takes the focus. */}
            <div tabIndex={0} className="min-h-0 flex-1 overflow-auto px-5 pb-4">
              {children}
            </div>
            {actions && <footer className="border-line flex justify-end gap-2 border-t px-5 py-3">{actions}</footer>}
          </MenuHome>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
