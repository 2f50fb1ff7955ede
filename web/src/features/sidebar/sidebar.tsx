import { Drawer } from '@base-ui/react/drawer'
import { useLocation } from '@tanstack/react-router'
import { PanelLeft } from 'lucide-react'
import { useState } from 'react'
import { SIDEBAR, usePreferences } from '../../app/preferences.ts'
import { useMediaQuery } from '../../app/use-media-query.ts'
import { useMessages } from '../../i18n/index.ts'
import { IconButton, MenuHome, ResizeHandle } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Places } from './places.tsx'

const WIDE = '(min-width: 900px)'

/** The places of the library beside the page, where there is room. */
export function Sidebar() {
  const t = useMessages(messages)
  const { set, sidebarWidth } = usePreferences()
  if (!useMediaQuery(WIDE)) return null
  return (
    <nav aria-label={t.label} className="bg-panel flex shrink-0">
      <div className="overflow-y-auto" style={{ width: sidebarWidth }}>
        <Places />
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
  return useMediaQuery(WIDE) ? null : <SidebarDrawer key={href} />
}

function SidebarDrawer() {
  const t = useMessages(messages)
  const [isOpen, setOpen] = useState(false)
  return (
    <Drawer.Root open={isOpen} onOpenChange={setOpen} swipeDirection="left">
      <Drawer.Trigger render={<IconButton icon={PanelLeft} label={t.open} />} />
      <Drawer.Portal>
        <Drawer.Backdrop className="fixed inset-0 z-30 bg-black/40" />
        <Drawer.Viewport className="fixed inset-0 z-30">
          <Drawer.Popup
            aria-label={t.label}
            className="bg-panel shadow-float absolute inset-y-0 start-0 w-72 max-w-[85vw] overflow-y-auto"
          >
            <Drawer.Close render={<IconButton icon={PanelLeft} label={t.close} className="m-1" />} />
            <MenuHome value={null}>
              <Places />
            </MenuHome>
          </Drawer.Popup>
        </Drawer.Viewport>
      </Drawer.Portal>
    </Drawer.Root>
  )
}
