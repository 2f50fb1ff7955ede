export { TreemapPage } from './treemap-page.tsx'
