export { JobLine } from './job-line.tsx'
export { JobsPage } from './jobs-page.tsx'
export { JobTray } from './job-tray.tsx'
