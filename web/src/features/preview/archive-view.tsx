export { FactsView as ArchiveView } from './facts-view.tsx'
