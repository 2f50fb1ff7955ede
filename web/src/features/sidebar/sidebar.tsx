import { useLocation } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Deferred } from '../../app/deferred.tsx'
import { SIDEBAR, usePreferences } from '../../app/preferences.ts'
import { useMediaQuery } from '../../app/use-media-query.ts'
import { useMessages } from '../../i18n/index.ts'
import { ResizeHandle } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Places } from './places.tsx'

/** Only where it is needed: a drawer takes a tenth of all that the page loads. */
const SidebarDrawer = lazy(async () => ({ default: (await import('./sidebar-drawer.tsx')).SidebarDrawer }))

const WIDE = '(min-width: 900px)'

/** The places of the library beside the page, where there is room. */
export function Sidebar() {
  const t = useMessages(messages)
  const { set, sidebarWidth } = usePreferences()
  if (!useMediaQuery(WIDE)) return null
  return (
    <nav aria-label={t.label} data-pane data-yields-focus className="bg-panel flex shrink-0">
      <div className="overflow-y-auto" style={{ width: sidebarWidth }}>
        <Deferred>
          <Places />
        </Deferred>
      </div>
      <ResizeHandle
        label={t.width}
        width={sidebarWidth}
        {...SIDEBAR}
        grows="before"
        onChange={(width) => set({ sidebarWidth: width })}
      />
    </nav>
  )
}

/** The button that opens them as a drawer, where there is no room. */
export function SidebarButton() {
  const { href } = useLocation()
  // Closed again once a place was chosen.
  if (useMediaQuery(WIDE)) return null
  return (
    <Suspense fallback={<span className="size-8" />}>
      <SidebarDrawer key={href} />
    </Suspense>
  )
}
