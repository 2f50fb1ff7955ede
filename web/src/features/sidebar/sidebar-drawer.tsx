import { Drawer } from '@base-ui/react/drawer'
import { PanelLeft } from 'lucide-react'
import { useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { IconButton, MenuHome } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Places } from './places.tsx'

/** The places as a drawer, and the button that opens it. */
export function SidebarDrawer() {
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
