import { Music } from 'lucide-react'
import type { ReactNode } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { SafeName } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { ShownFile } from './use-file.ts'

interface AudioFrameProps {
  readonly file: ShownFile
  /** Address of the picture in the recording; null if it has none, or none is made yet. */
  readonly cover: string | null
  readonly children: ReactNode
}

/** A recording: its cover, its title and its artist, above the player. */
export function AudioFrame({ children, cover, file }: AudioFrameProps) {
  return (
    <div className="m-auto flex max-h-full w-full max-w-xl flex-col items-center gap-4 overflow-y-auto p-6">
      <Cover url={cover} />
      <AudioTitle file={file} />
      {children}
    </div>
  )
}

/** As large before the picture comes as afterwards. */
function Cover({ url }: { url: string | null }) {
  const t = useMessages(messages)
  const square = 'rounded-dialog size-64 max-h-[40dvh] max-w-full shrink-0'
  return url === null ? (
    <span data-cover="none" className={`bg-raised border-line text-faint grid place-items-center border ${square}`}>
      <Music size={72} strokeWidth={1} aria-hidden />
    </span>
  ) : (
    <img src={url} alt={t.cover} className={`object-contain ${square}`} />
  )
}

function AudioTitle({ file: { entry, info } }: { file: ShownFile }) {
  const { album, artist, title } = info?.metadata ?? {}
  const by = [artist, album].filter((each) => typeof each === 'string').join(' · ')
  return (
    <div className="max-w-full text-center">
      <SafeName name={typeof title === 'string' ? title : entry.name} className="text-base font-semibold" />
      <p className="text-muted min-h-5">{by}</p>
    </div>
  )
}
