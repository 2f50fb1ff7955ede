import { Dialog } from '@base-ui/react/dialog'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useCommand } from '../../app/command-keys.tsx'
import { useMessages } from '../../i18n/index.ts'
import type { PreviewProps } from './lazy-preview.tsx'
import { messages } from './messages.ts'
import { PreviewBody } from './preview-body.tsx'
import { PreviewHeader } from './preview-header.tsx'
import { usePreload } from './use-preload.ts'
import { useFile } from './use-file.ts'
import { ViewerKeysContext } from './viewer-keys.ts'

/** A file as large as the window. Space and Escape close it, arrows go to what lies beside it. */
export function PreviewOverlay({
  entry,
  focus,
  neighbours,
  onClose,
  onNext,
  onPrevious,
  panel,
  position,
}: PreviewProps) {
  const t = useMessages(messages)
  const file = useFile(entry)
  const popup = useRef<HTMLDivElement>(null)
  const viewerKeys = useRef<((event: KeyboardEvent) => boolean) | null>(null)
  usePreload(neighbours, file.library)
  // While nothing in the dialog has the focus, keys reach the page behind it.
  useCommand('preview', onClose)
  useCommand('escape', onClose)
  useEffect(() => {
    // What had the focus may have gone with the file before, or be the way on, of which there is none here.
    const focused = document.activeElement
    if (!popup.current?.contains(focused) || focused?.matches(':disabled')) popup.current?.focus()
  }, [entry])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Tab') event.nativeEvent.stopPropagation()
    if (event.defaultPrevented) return
    const used = viewerKeys.current?.(event) || onPreviewKey(event, { onClose, onNext, onPrevious })
    if (used) event.preventDefault()
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Popup
          ref={popup}
          initialFocus={popup}
          finalFocus={activeRow}
          aria-label={t.label(entry.name)}
          onKeyDown={onKeyDown}
          className="bg-canvas fixed inset-0 z-40 flex flex-col outline-none"
        >
          <ViewerKeysContext value={viewerKeys}>
            <PreviewHeader file={file} position={position} onClose={onClose} onNext={onNext} onPrevious={onPrevious} />
            <PreviewBody key={entry.path} file={file} focus={focus} panel={panel} />
          </ViewerKeysContext>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** The row or tile that is active now: arrows may have gone on from the one that had the focus before. */
function activeRow(): HTMLElement | true {
  const rows = '[role="row"][tabindex="0"], [role="gridcell"][tabindex="0"]'
  return document.querySelector<HTMLElement>(`main [role="grid"] :is(${rows})`) ?? true
}

type Ways = Pick<PreviewProps, 'onClose' | 'onNext' | 'onPrevious'>

function onPreviewKey(event: KeyboardEvent, { onClose, onNext, onPrevious }: Ways): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false
  if (event.key === 'Escape') return does(onClose)
  // A player seeks with arrows and plays with Space, a field moves its cursor.
  if (isUsing(event.target, 'input, textarea, select, video, audio, [contenteditable], [data-own-arrows]')) return false
  const isRightToLeft = document.documentElement.dir === 'rtl'
  switch (event.key) {
    case ' ':
      return isUsing(event.target, 'button, a') ? false : does(onClose)
    case 'ArrowRight':
      return does(isRightToLeft ? onPrevious : onNext)
    case 'ArrowLeft':
      return does(isRightToLeft ? onNext : onPrevious)
    default:
      return false
  }
}

function isUsing(target: EventTarget, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null
}

function does(action: (() => void) | undefined): true {
  action?.()
  return true
}
