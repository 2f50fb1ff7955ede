import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { ChartColumn } from 'lucide-react'
import { root } from '../../app/root.ts'

export const statisticsPage = createRoute({
  getParentRoute: () => root,
  path: '/statistics',
  component: lazyRouteComponent(() => import('./statistics-page.tsx'), 'StatisticsPage'),
  staticData: { listed: { names: { en: 'Statistics', de: 'Statistik' }, icon: ChartColumn } },
})
