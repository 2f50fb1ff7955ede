import {
  AppWindow,
  ChevronLeft,
  ChevronRight,
  Download,
  Expand,
  Film,
  Keyboard,
  PanelRight,
  Pause,
  Play,
  Shrink,
  X,
} from 'lucide-react'
import { isElsewhere, pathOf, useAction } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Hint, IconButton, KindIcon, SafeName, toast, toastError } from '../../ui/index.ts'
import type { PreviewProps } from './lazy-preview.tsx'
import { messages } from './messages.ts'
import type { Modes } from './preview.tsx'
import { previewKeys } from './preview-keys.tsx'
import type { ShownFile } from './use-file.ts'

type PreviewHeaderProps = Pick<PreviewProps, 'onClose' | 'onNext' | 'onPrevious' | 'position'> & {
  readonly file: ShownFile
  readonly modes: Modes
}

/** What is shown, which of how many it is, and what can be done with it. */
export function PreviewHeader({ file, modes, onClose, onNext, onPrevious, position }: PreviewHeaderProps) {
  const t = useMessages(messages)
  const { bytes, count } = useFormat()
  const { entry } = file
  const size = entry.kind === 'directory' ? entry.totalSize : entry.size
  const canMove = onNext !== undefined || onPrevious !== undefined
  return (
    <header className="border-line flex h-11 shrink-0 items-center gap-2 border-b px-2">
      <KindIcon entry={entry} className="ms-1" />
      <h2 className="flex min-w-0 flex-1 items-center gap-3 font-medium">
        <SafeName name={entry.name} isCut className="min-w-0" />
        {size !== null && (
          <span className="text-muted shrink-0 font-normal tabular-nums max-sm:hidden">{bytes(size)}</span>
        )}
      </h2>
      {canMove && (
        <div className="flex items-center">
          <IconButton icon={ChevronLeft} label={t.previous} keys="←" disabled={!onPrevious} onClick={onPrevious} />
          {position && (
            <span className="text-muted text-xs tabular-nums" aria-live="polite">
              {(position.isAbout ? t.positionAbout : t.position)(count(position.index), count(position.total))}
            </span>
          )}
          <IconButton icon={ChevronRight} label={t.next} keys="→" disabled={!onNext} onClick={onNext} />
        </div>
      )}
      <ModeButtons modes={modes} />
      {entry.kind === 'file' && <FileButtons file={file} />}
      <IconButton icon={X} label={t.close} keys="Esc" onClick={onClose} />
    </header>
  )
}

function ModeButtons({ modes }: { modes: Modes }) {
  const t = useMessages(messages)
  const icons = {
    slideShow: modes.slideShow?.isOn ? Pause : Play,
    fullScreen: modes.fullScreen?.isOn ? Shrink : Expand,
    filmStrip: Film,
    details: PanelRight,
    keys: Keyboard,
  } as const
  return (Object.keys(icons) as (keyof typeof icons)[]).map((name) => {
    const mode = modes[name]
    if (!mode) return null
    return (
      <IconButton
        key={name}
        icon={icons[name]}
        label={t[name]}
        keys={previewKeys[name]}
        isPressed={mode.isOn}
        onClick={mode.toggle}
        className={name === 'details' || name === 'slideShow' ? undefined : 'max-sm:hidden'}
      />
    )
  })
}

function FileButtons({ file }: { file: ShownFile }) {
  const t = useMessages(messages)
  const openFile = useOpenFile(file)
  return (
    <>
      {file.downloadUrl && (
        <Hint text={t.download}>
          <a
            href={file.downloadUrl}
            download
            aria-label={t.download}
            className="press rounded-control hover:bg-hover text-muted hover:text-text inline-flex size-7 shrink-0 items-center justify-center"
          >
            <Download size={16} strokeWidth={1.5} aria-hidden />
          </a>
        </Hint>
      )}
      {file.url && !isElsewhere && <IconButton icon={AppWindow} label={t.open} onClick={openFile} />}
    </>
  )
}

/** Opens the file, or the copy that stands in for it, with its application; says what came of it. */
export function useOpenFile(file: ShownFile): () => void {
  const t = useMessages(messages)
  const open = useAction('files.open')
  return () =>
    open.mutate(
      { path: file.standIn?.path ?? pathOf(file.entry) },
      {
        onSuccess: ({ program }) => toast(t.opened(program)),
        onError: (err) => toastError(t.notOpened, err),
      },
    )
}
