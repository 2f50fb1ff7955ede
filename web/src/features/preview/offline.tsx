import { Unplug } from 'lucide-react'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'
import type { ShownFile } from './use-file.ts'

/** Which disk to plug in, or which copy is shown instead. */
export function OfflineNote({ file }: { file: ShownFile }) {
  const t = useMessages(messages)
  const { entry, info, standIn } = file
  const volume = info?.copies.find(({ path }) => path === entry.path)?.volume ?? t.someVolume
  return (
    <p role="status" className="bg-panel border-line flex items-center gap-2 border-b px-4 py-2">
      <Unplug size={16} strokeWidth={1.5} aria-hidden className="text-warn shrink-0" />
      <span>
        {t.offline(volume)} {standIn ? t.standIn(standIn.path, standIn.volume ?? t.hereVolume) : t.plugIn(volume)}
      </span>
    </p>
  )
}
