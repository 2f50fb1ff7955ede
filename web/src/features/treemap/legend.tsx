import { useMessages } from '../../i18n/index.ts'
import { type KindGroup, kindGroup, kindGroupNames, kindGroups } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { FolderSize } from './treemap-layout.ts'

/** What the colours mean, of those that are there. Where the system chooses the colours there are none; signs stay. */
export function Legend({ folder }: { folder: FolderSize }) {
  const t = useMessages(messages)
  const names = useMessages(kindGroupNames)
  const present = new Set(groupsIn(folder))
  return (
    <ul
      aria-label={t.kinds}
      className="text-muted flex flex-wrap gap-x-4 gap-y-1 px-3 py-1.5 text-xs forced-colors:hidden"
    >
      {kindGroups
        .filter((group) => present.has(group))
        .map((group) => (
          <li key={group} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-[3px]" style={{ background: `var(--kind-${group})` }} />
            {names[group]}
          </li>
        ))}
    </ul>
  )
}

function groupsIn({ children = [], kind, type }: FolderSize): KindGroup[] {
  return kind === 'directory' ? children.flatMap(groupsIn) : [kindGroup(type)]
}
