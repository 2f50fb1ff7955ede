import { FolderX, Unplug } from 'lucide-react'
import { useWhyOffline } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'
import type { ShownFile } from './use-file.ts'

/** Why the file cannot be opened and what to do, or which copy is shown instead. */
export function OfflineNote({ file }: { file: ShownFile }) {
  const t = useMessages(messages)
  const { entry, info, standIn } = file
  const offline = useWhyOffline(entry.path)
  const isMoved = offline?.why === 'moved'
  const volume = info?.copies.find(({ path }) => path === entry.path)?.volume ?? offline?.volume ?? t.someVolume
  const Icon = isMoved ? FolderX : Unplug
  return (
    <p role="status" className="bg-panel border-line flex items-center gap-2 border-b px-4 py-2">
      <Icon size={16} strokeWidth={1.5} aria-hidden className="text-warn shrink-0" />
      <span>
        {isMoved ? t.moved(offline.location.name) : t.offline(volume)}{' '}
        {standIn ? t.standIn(standIn.path, standIn.volume ?? t.hereVolume) : isMoved ? t.putBack : t.plugIn(volume)}
      </span>
    </p>
  )
}
