export { JobsPage } from './jobs-page.tsx'
export { JobTray } from './job-tray.tsx'
