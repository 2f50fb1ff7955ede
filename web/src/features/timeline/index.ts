export { LibraryTimelinePage, TimelinePage } from './timeline-page.tsx'
