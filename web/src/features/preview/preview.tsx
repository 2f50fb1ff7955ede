import { Dialog } from '@base-ui/react/dialog'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useCommand } from '../../app/command-keys.tsx'
import { useMessages } from '../../i18n/index.ts'
import { DetailsPanel } from './details-panel.tsx'
import { FilmStrip, type Strip } from './film-strip.tsx'
import type { PreviewProps } from './lazy-preview.tsx'
import { messages } from './messages.ts'
import { PreviewBody } from './preview-body.tsx'
import { PreviewHeader } from './preview-header.tsx'
import { PreviewKeys } from './preview-keys.tsx'
import { usePreload } from './use-preload.ts'
import { useFile } from './use-file.ts'
import { useFullScreen } from './use-full-screen.ts'
import { useSlideShow } from './use-slide-show.ts'
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
  strip,
}: PreviewProps) {
  const t = useMessages(messages)
  const file = useFile(entry)
  const popup = useRef<HTMLDivElement>(null)
  const viewerKeys = useRef<((event: KeyboardEvent) => boolean) | null>(null)
  usePreload(neighbours, file.library)
  const fullScreen = useFullScreen(popup)
  const slideShow = useSlideShow(onNext)
  const [hasDetails, setDetails] = useState(false)
  const [hasStrip, setStrip] = useState(true)
  const [hasKeys, setKeys] = useState(false)
  const films = strip ?? stripOf(neighbours ?? [], { onNext, onPrevious })
  const modes: Modes = {
    details: { isOn: hasDetails, toggle: () => setDetails(!hasDetails) },
    filmStrip: films && { isOn: hasStrip, toggle: () => setStrip(!hasStrip) },
    fullScreen: fullScreen.toggle && { isOn: fullScreen.isOn, toggle: fullScreen.toggle },
    slideShow: onNext && { isOn: slideShow.isRunning, toggle: slideShow.toggle },
    keys: { isOn: hasKeys, toggle: () => setKeys(!hasKeys) },
  }
  // What runs or is open in the preview first.
  const leave = () =>
    slideShow.isRunning ? slideShow.stop() : hasKeys ? setKeys(false) : hasDetails ? setDetails(false) : onClose()
  // While nothing in the dialog has the focus, keys reach the page behind it.
  useCommand('preview', onClose)
  useCommand('escape', leave)
  useEffect(() => {
    // What had the focus may have gone with the file before or with a panel, or be the way on, of which there is none here.
    const focused = document.activeElement
    if (!popup.current?.contains(focused) || focused?.matches(':disabled')) popup.current?.focus()
  }, [entry, hasDetails, hasKeys, hasStrip])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Tab') event.nativeEvent.stopPropagation()
    if (event.defaultPrevented) return
    const used =
      viewerKeys.current?.(event) ||
      onModeKey(event, modes) ||
      onPreviewKey(event, { onClose, onLeave: leave, onNext, onPrevious })
    if (used) event.preventDefault()
  }
  return (
    // Escape is for what is open in the preview first.
    <Dialog.Root open onOpenChange={(open, { reason }) => !open && reason !== 'escape-key' && onClose()}>
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
            <PreviewHeader
              file={file}
              position={position}
              modes={modes}
              onClose={onClose}
              onNext={onNext}
              onPrevious={onPrevious}
            />
            <p aria-live="polite" className="sr-only">
              {slideShow.isRunning && t.slideShowRuns}
            </p>
            <div className="flex min-h-0 flex-1 max-wide:flex-col">
              <div className="flex min-h-0 min-w-0 flex-1 flex-col">
                <PreviewBody key={entry.path} file={file} focus={focus} panel={panel} />
              </div>
              {hasKeys && <PreviewKeys onClose={() => setKeys(false)} />}
              {hasDetails && <DetailsPanel file={file} onClose={() => setDetails(false)} />}
            </div>
            {films && hasStrip && <FilmStrip strip={films} entry={entry} library={file.library} />}
          </ViewerKeysContext>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Something that the preview shows or does as long as it is on. */
export interface Mode {
  readonly isOn: boolean
  readonly toggle: () => void
}

/** Absent where it is not possible. */
export type Modes = Readonly<
  Record<'details' | 'filmStrip' | 'fullScreen' | 'slideShow' | 'keys', Mode | null | undefined>
>

const modeKeys: ReadonlyMap<string, keyof Modes> = new Map([
  ['i', 'details'],
  ['t', 'filmStrip'],
  ['f', 'fullScreen'],
  ['s', 'slideShow'],
  ['?', 'keys'],
])

function onModeKey(event: KeyboardEvent, modes: Modes): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isUsing(event.target, FIELDS)) return false
  const mode = modes[modeKeys.get(event.key) ?? 'keys']
  if (!modeKeys.has(event.key) || !mode) return false
  mode.toggle()
  return true
}

/** The strip where the page knows only the next and the previous file. */
function stripOf(
  neighbours: NonNullable<PreviewProps['neighbours']>,
  { onNext, onPrevious }: Pick<PreviewProps, 'onNext' | 'onPrevious'>,
): Strip | null {
  if (neighbours.length === 0) return null
  const next = onNext && neighbours[0]
  const previous = onPrevious && neighbours.at(-1)
  return {
    entryAt: (offset) => (offset === 1 ? next : offset === -1 ? previous : undefined),
    onGo: (offset) => (offset > 0 ? onNext : onPrevious)?.(),
  }
}

/** What takes letters itself. */
const FIELDS = 'input, textarea, select, [contenteditable]'

/** The row or tile that is active now: arrows may have gone on from the one that had the focus before. */
function activeRow(): HTMLElement | true {
  const rows = '[role="row"][tabindex="0"], [role="gridcell"][tabindex="0"]'
  return document.querySelector<HTMLElement>(`main [role="grid"] :is(${rows})`) ?? true
}

type Ways = Pick<PreviewProps, 'onClose' | 'onNext' | 'onPrevious'> & { readonly onLeave: () => void }

function onPreviewKey(event: KeyboardEvent, { onClose, onLeave, onNext, onPrevious }: Ways): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false
  if (event.key === 'Escape') return does(onLeave)
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
