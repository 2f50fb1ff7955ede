import { useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { hashUrl, KindIcon } from '../../ui/index.ts'
import { type ShownFile, thumbFor } from '../preview/index.ts'
import { messages } from './messages.ts'

/** Twice the widest the inspector gets, for screens with two pixels for one. */
const PIXELS = 800

/** The picture of a file in a place that is always as tall, so that nothing moves when it comes; opens the preview. */
export function StillPicture({ file, onOpen }: { file: ShownFile; onOpen: () => void }) {
  const t = useMessages(messages)
  const { entry, info, sidecars } = file
  const [broken, setBroken] = useState<string | null>(null)
  const [shown, setShown] = useState<string | null>(null)
  const thumb = thumbFor(sidecars, PIXELS)
  const url = thumb ? file.sidecarUrl(thumb) : null
  const hash = (entry.thumb ?? info?.thumb)?.hash
  const hasPicture = url !== null && url !== broken
  return (
    <button
      type="button"
      aria-label={t.preview}
      onClick={onOpen}
      className="bg-photo rounded-tile relative mx-4 mb-3 flex h-48 w-[calc(100%-2rem)] items-center justify-center overflow-hidden"
    >
      {!hash && !hasPicture && <KindIcon entry={entry} size={56} />}
      {/* Its sides are not quite those of the picture, around which it would be seen. */}
      {hash && !(hasPicture && shown === url) && (
        <img src={hashUrl(hash)} alt="" className="absolute inset-0 size-full object-contain" />
      )}
      {hasPicture && (
        <img
          key={url}
          src={url}
          alt=""
          decoding="async"
          onLoad={() => setShown(url)}
          onError={() => setBroken(url)}
          className="absolute inset-0 size-full object-contain"
        />
      )}
    </button>
  )
}
