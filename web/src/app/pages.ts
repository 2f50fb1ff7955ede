import { browsePage } from '../features/browse/page.ts'
import { devicePage, devicesPage } from '../features/devices/page.ts'
import { duplicatesPage } from '../features/duplicates/page.ts'
import { homePage } from '../features/first-run/page.ts'
import { jobsPage } from '../features/jobs/page.ts'
import { locationsPage } from '../features/locations/page.ts'
import { searchPage } from '../features/search/page.ts'
import { settingsPage } from '../features/settings/page.ts'
import { statisticsPage } from '../features/statistics/page.ts'
import { timelinePage } from '../features/timeline/page.ts'

/** All pages of the explorer. The sidebar and the palette list them in this order. */
export const pages = [
  homePage,
  browsePage,
  searchPage,
  timelinePage,
  duplicatesPage,
  statisticsPage,
  locationsPage,
  devicesPage,
  devicePage,
  jobsPage,
  settingsPage,
] as const
