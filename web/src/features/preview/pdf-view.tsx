export { FactsView as PdfView } from './facts-view.tsx'
