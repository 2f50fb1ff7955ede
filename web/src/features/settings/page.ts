import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { Settings } from 'lucide-react'
import { root } from '../../app/root.ts'

export const settingsPage = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
  staticData: { listed: { names: { en: 'Settings', de: 'Einstellungen' }, icon: Settings } },
})
