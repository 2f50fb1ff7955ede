import { detectPackage } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'

/** The engines that read the text of documents. All of them come with this program. */
export function detectTextEngines(): Promise<DetectedEngine[]> {
  return Promise.all([
    detectPackage({ job: 'text of PDF', name: 'PDFium', licence: 'MIT', package: '@hyzyla/pdfium' }),
    detectPackage({ job: 'text of Word 97', name: 'word-extractor', licence: 'MIT', package: 'word-extractor' }),
    detectPackage({ job: 'text of old spreadsheets', name: 'SheetJS', licence: 'Apache-2.0', package: '@e965/xlsx' }),
    detectPackage({ job: 'text of e-mail', name: 'postal-mime', licence: 'MIT-0', package: 'postal-mime' }),
    detectPackage({ job: 'text of Outlook', name: 'msgreader', licence: 'Apache-2.0', package: '@kenjiuno/msgreader' }),
    detectPackage({ job: 'text of HTML', name: 'htmlparser2', licence: 'MIT', package: 'htmlparser2' }),
  ])
}
