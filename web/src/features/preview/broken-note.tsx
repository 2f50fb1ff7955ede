import { ImageOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useMessages } from '../../i18n/index.ts'
import { SafeName, Said, Skeleton } from '../../ui/index.ts'
import { WaysOut } from './facts-view.tsx'
import { messages } from './messages.ts'
import { isBrowserPicture } from './preview-kind.ts'
import { thumbFor } from './thumb-choice.ts'
import type { ShownFile } from './use-file.ts'
import { problemOf } from './use-sidecar-json.ts'

const THUMB_PIXELS = 768

interface BrokenNoteProps {
  readonly file: ShownFile
  readonly isPicture?: boolean
  /** Something is being made that can be shown instead. */
  readonly isComing?: boolean
  /** More that can be done. */
  readonly children?: ReactNode
}

/** Why a file is not seen or heard, as far as anybody knows, and what can be done. */
export function BrokenNote({ file, isPicture = false, isComing = false, children }: BrokenNoteProps) {
  const t = useMessages(messages)
  const reason = useReason(file)
  const thumb = thumbFor(file.sidecars, THUMB_PIXELS)
  const picture = thumb && !isPicture ? file.sidecarUrl(thumb) : null
  const made = file.sidecars.find(({ error, kind }) => kind === 'thumb' && error !== null)?.error
  const cannot = isPicture && !isBrowserPicture(file.info ?? file.entry)
  const why = reason.data ?? (cannot ? t.formatUnknown : isPicture ? t.pictureUnreadable : t.unplayableWhy)
  return (
    <div className="absolute inset-0 flex overflow-auto">
      <div role="status" className="m-auto flex max-w-lg flex-col items-center gap-2 p-6 text-center select-text">
        {picture ? (
          <img src={picture} alt="" className="rounded-tile max-h-[40dvh] max-w-full" />
        ) : (
          <ImageOff size={32} strokeWidth={1.25} aria-hidden className="text-faint" />
        )}
        <SafeName name={file.entry.name} className="font-medium" />
        <h3 className="text-base font-semibold">{isPicture ? t.pictureBroken : t.unplayable}</h3>
        {reason.isLoading ? (
          <Skeleton className="h-5 w-72" />
        ) : (
          <p className="text-muted">
            <Said of={why} />
          </p>
        )}
        {made && (
          <p className="text-muted">
            <Said of={made} />
          </p>
        )}
        {isComing && <p className="text-muted">{t.waiting}</p>}
        <WaysOut file={file}>{children}</WaysOut>
      </div>
    </div>
  )
}

/** What the daemon says where it is not the bytes: they cannot be read, are gone, or are elsewhere. Null where they are there. */
function useReason({ url }: ShownFile) {
  return useQuery({
    queryKey: ['readable', url],
    enabled: url !== null,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url!, { signal, headers: { range: 'bytes=0-0' } })
      // An empty file has no first byte.
      return answer.ok || answer.status === 416 ? null : problemOf(answer)
    },
  })
}
