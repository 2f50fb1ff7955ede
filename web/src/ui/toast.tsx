import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Button, IconButton } from './button.tsx'
import { Said } from './said.tsx'

const messages = defineMessages({ en: { close: 'Close' }, de: { close: 'Schließen' } })

const manager = Toast.createToastManager()

interface ToastOptions {
  /** More than the title says. */
  readonly text?: string
  /** The one thing to do about it. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** Says in passing what has been done. */
export function toast(title: string, { action, text }: ToastOptions = {}): void {
  manager.add({
    title,
    description: text,
    ...(action && { actionProps: { children: action.label, onClick: action.run } }),
  })
}

/** Says what could not be done; it stays until it is closed, since nothing fails in silence. */
export function toastError(title: string, error: unknown): void {
  manager.add({ title, description: <Said of={error} />, type: 'error', priority: 'high', timeout: 0 })
}

/** Where toasts appear: at the end of the window. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className="fixed end-4 bottom-10 z-50 flex w-80 max-w-[calc(100vw-2rem)] flex-col gap-2">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function List() {
  const t = useMessages(messages)
  return Toast.useToastManager().toasts.map((each) => (
    <Toast.Root
      key={each.id}
      toast={each}
      className="rounded-tile bg-raised border-line shadow-float flex items-start gap-2 border p-3"
    >
      <Toast.Content className="min-w-0 flex-1">
        <Toast.Title className={each.type === 'error' ? 'text-bad font-medium' : 'font-medium'} />
        <Toast.Description className="text-muted break-words" />
        {each.actionProps && <Toast.Action render={<Button />} className="mt-2" />}
      </Toast.Content>
      <Toast.Close render={<IconButton icon={X} label={t.close} />} />
    </Toast.Root>
  ))
}
