import { Outlet, useCanGoBack, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useRef, useState } from 'react'
import { useConnection, useOperation } from '../api/index.ts'
import { JobTray } from '../features/jobs/index.ts'
import { Sidebar } from '../features/sidebar/index.ts'
import { MenuHome } from '../ui/index.ts'
import { isTyping, useCommand, useUsualCommand } from './command-keys.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { Deferred } from './deferred.tsx'
import { NoticesBanner } from './notices-banner.tsx'
import { focusAfterDialog, isPopupOpen, walkPanes } from './panes.ts'
import { SignedOut } from './signed-out.tsx'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))
const Shortcuts = lazy(async () => ({ default: (await import('./shortcuts.tsx')).Shortcuts }))

const DeviceNews = lazy(async () => ({ default: (await import('../features/devices/index.ts')).DeviceNews }))

/** Of a dialog that opens over every page. */
export interface OverlayProps {
  readonly onClose: () => void
  /** What gets the focus when it closes. */
  readonly finalFocus: () => HTMLElement | null
}

/** The frame of every page: sidebar, page, job tray; what can be done everywhere. */
export function Shell() {
  const router = useRouter()
  const [main, setMain] = useState<HTMLElement | null>(null)
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts' | null>(null)
  useCommand('back', () => router.history.back())
  useCommand('forward', () => router.history.forward())
  const focusedBefore = useRef<Element | null>(null)
  const open = (next: 'palette' | 'shortcuts') => {
    focusedBefore.current = document.activeElement
    setOverlay(next)
  }
  useCommand('palette', () => open('palette'))
  useCommand('shortcuts', () => open('shortcuts'))
  useCommand('search', () => {
    const box = document.querySelector<HTMLInputElement>('[data-search-box]')
    if (box) box.focus()
    else void router.navigate({ to: '/search' })
  })
  const hasDevices = (useOperation('network.devices', {}).data ?? []).length > 0
  useCommand('next-pane', () => walkPanes(1))
  useCommand('previous-pane', () => walkPanes(-1))
  const canGoBack = useCanGoBack()
  useUsualCommand('escape', () => {
    if (isPopupOpen()) return
    if (isTyping(document.activeElement)) (document.activeElement as HTMLElement).blur()
    else if (canGoBack) router.history.back()
  })
  const overlayProps: OverlayProps = {
    onClose: () => setOverlay(null),
    finalFocus: () => focusAfterDialog(focusedBefore.current),
  }
  if (useConnection().name === 'signed-out') return <SignedOut />
  return (
    <div className="flex h-full flex-col">
      <ConnectionBanner />
      <NoticesBanner />
      <MenuHome value={main}>
        <div className="flex min-h-0 flex-1">
          <Sidebar />
          <main ref={setMain} className="flex min-w-0 flex-1 flex-col">
            <Deferred>
              <Outlet />
            </Deferred>
          </main>
        </div>
      </MenuHome>
      <JobTray />
      <Suspense>
        {hasDevices && <DeviceNews />}
        {overlay === 'palette' && <Palette {...overlayProps} />}
        {overlay === 'shortcuts' && <Shortcuts {...overlayProps} />}
      </Suspense>
    </div>
  )
}
