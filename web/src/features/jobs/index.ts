export { JobLine } from './job-line.tsx'
export { JobTray } from './job-tray.tsx'
