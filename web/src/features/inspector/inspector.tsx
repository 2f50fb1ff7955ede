import { Drawer } from '@base-ui/react/drawer'
import type { Entry } from '@spacedrive/core/domain'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { INSPECTOR, usePreferences } from '../../app/preferences.ts'
import { useMediaQuery } from '../../app/use-media-query.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { IconButton, ResizeHandle } from '../../ui/index.ts'
import { EntryDetails } from './entry-details.tsx'
import { messages } from './messages.ts'

interface InspectorProps {
  /** What is looked at: the one that is chosen, or the folder that is shown. */
  readonly entry: Entry
  /** Where several are chosen: `size` in bytes, or what the page says of them in place of the details of one. */
  readonly selection?:
    | { readonly count: number; readonly size: number }
    | { readonly count: number; readonly details: ReactNode }
    | undefined
  /** What the page knows of it besides. */
  readonly note?: ReactNode
  readonly onClose: () => void
}

const WIDE = '(min-width: 900px)'

/** All that is known of an entry: beside the page where there is room, else a drawer. */
export function Inspector(props: InspectorProps) {
  const t = useMessages(messages)
  const { inspectorWidth, set } = usePreferences()
  if (!useMediaQuery(WIDE)) return <InspectorDrawer {...props} />
  return (
    <>
      <ResizeHandle
        label={t.width}
        width={inspectorWidth}
        {...INSPECTOR}
        grows="after"
        onChange={(width) => set({ inspectorWidth: width })}
      />
      <aside aria-label={t.label} className="bg-panel shrink-0 overflow-y-auto" style={{ width: inspectorWidth }}>
        <Content {...props} />
      </aside>
    </>
  )
}

function InspectorDrawer(props: InspectorProps) {
  const t = useMessages(messages)
  return (
    <Drawer.Root open onOpenChange={(open) => !open && props.onClose()} swipeDirection="right">
      <Drawer.Portal>
        <Drawer.Backdrop className="fixed inset-0 z-30 bg-black/40" />
        <Drawer.Viewport className="fixed inset-0 z-30">
          <Drawer.Popup
            aria-label={t.label}
            className="bg-panel shadow-float absolute inset-y-0 end-0 w-96 max-w-[92vw] overflow-y-auto outline-none"
          >
            <Content {...props} />
          </Drawer.Popup>
        </Drawer.Viewport>
      </Drawer.Portal>
    </Drawer.Root>
  )
}

function Content({ entry, note, onClose, selection }: InspectorProps) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const isMany = selection !== undefined && selection.count > 1
  return (
    <>
      <header className="bg-panel sticky top-0 z-10 flex h-9 items-center justify-between ps-4 pe-2">
        <h2 className="font-semibold">{isMany ? t.selected(selection.count) : t.label}</h2>
        <IconButton icon={X} label={t.close} onClick={onClose} />
      </header>
      {isMany && 'size' in selection && (
        <p className="text-muted px-4 pb-3 tabular-nums">{t.together(bytes(selection.size))}</p>
      )}
      {note && !isMany && <p className="text-muted px-4 pb-2">{note}</p>}
      {isMany && 'details' in selection ? selection.details : <EntryDetails key={entry.path} entry={entry} />}
    </>
  )
}
