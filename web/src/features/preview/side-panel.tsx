import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { IconButton } from '../../ui/index.ts'
import { messages } from './messages.ts'

interface SidePanelProps {
  readonly title: string
  readonly onClose?: (() => void) | undefined
  readonly children: ReactNode
}

/** Text beside what it is of; below it where there is no room. */
export function SidePanel({ title, onClose, children }: SidePanelProps) {
  const t = useMessages(messages)
  return (
    <aside
      aria-label={title}
      className="border-line bg-canvas flex min-h-0 w-88 shrink-0 flex-col border-s max-wide:h-2/5 max-wide:w-auto max-wide:border-s-0 max-wide:border-t"
    >
      <header className="flex h-9 shrink-0 items-center justify-between ps-4 pe-2">
        <h3 className="font-semibold">{title}</h3>
        {onClose && <IconButton icon={X} label={t.close} onClick={onClose} />}
      </header>
      <div className="min-h-0 flex-1 overflow-auto">{children}</div>
    </aside>
  )
}
