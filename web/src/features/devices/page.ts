import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { MonitorSmartphone } from 'lucide-react'
import { root } from '../../app/root.ts'
import { readDeviceSearch, readDevicesSearch } from './devices-search.ts'

export const devicesPage = createRoute({
  getParentRoute: () => root,
  path: '/devices',
  validateSearch: readDevicesSearch,
  component: lazyRouteComponent(() => import('./devices-page.tsx'), 'DevicesPage'),
  staticData: { listed: { names: { en: 'Devices', de: 'Geräte' }, icon: MonitorSmartphone } },
})

export const devicePage = createRoute({
  getParentRoute: () => root,
  path: '/devices/$device',
  validateSearch: readDeviceSearch,
  component: lazyRouteComponent(() => import('./device-page.tsx'), 'DevicePage'),
})
