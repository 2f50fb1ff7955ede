import { Outlet, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useConnection, useOperation } from '../api/index.ts'
import { JobTray } from '../features/jobs/index.ts'
import { Sidebar } from '../features/sidebar/index.ts'
import { MenuHome } from '../ui/index.ts'
import { useCommand } from './command-keys.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { NoticesBanner } from './notices-banner.tsx'
import { SignedOut } from './signed-out.tsx'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))
const Shortcuts = lazy(async () => ({ default: (await import('./shortcuts.tsx')).Shortcuts }))

const DeviceNews = lazy(async () => ({ default: (await import('../features/devices/index.ts')).DeviceNews }))

/** The frame of every page: sidebar, page, job tray; what can be done everywhere. */
export function Shell() {
  const router = useRouter()
  const [main, setMain] = useState<HTMLElement | null>(null)
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts' | null>(null)
  useCommand('back', () => router.history.back())
  useCommand('forward', () => router.history.forward())
  useCommand('palette', () => setOverlay('palette'))
  useCommand('shortcuts', () => setOverlay('shortcuts'))
  useCommand('search', () => document.querySelector<HTMLInputElement>('[data-search-box]')?.focus())
  const hasDevices = (useOperation('network.devices', {}).data ?? []).length > 0
  const close = () => setOverlay(null)
  if (useConnection().name === 'signed-out') return <SignedOut />
  return (
    <div className="flex h-full flex-col">
      <ConnectionBanner />
      <NoticesBanner />
      <MenuHome value={main}>
        <div className="flex min-h-0 flex-1">
          <Sidebar />
          <main ref={setMain} className="flex min-w-0 flex-1 flex-col">
            <Outlet />
          </main>
        </div>
      </MenuHome>
      <JobTray />
      <Suspense>
        {hasDevices && <DeviceNews />}
        {overlay === 'palette' && <Palette onClose={close} />}
        {overlay === 'shortcuts' && <Shortcuts onClose={close} />}
      </Suspense>
    </div>
  )
}
