import { detectPackage } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'

const job = 'text'

/** The engines that read the text of documents. All of them come with this program. */
export function detectTextEngines(): Promise<DetectedEngine[]> {
  return Promise.all([
    pdf(),
    detectPackage({
      job,
      gives: 'text of Word 97',
      name: 'word-extractor',
      licence: 'MIT',
      size: 200_000,
      package: 'word-extractor',
    }),
    detectPackage({
      job,
      gives: 'text of old spreadsheets',
      name: 'SheetJS',
      licence: 'Apache-2.0',
      size: 8_000_000,
      package: '@e965/xlsx',
    }),
    detectPackage({
      job,
      gives: 'text of e-mail',
      name: 'postal-mime',
      licence: 'MIT-0',
      size: 900_000,
      package: 'postal-mime',
    }),
    detectPackage({
      job,
      gives: 'text of Outlook',
      name: 'msgreader',
      licence: 'Apache-2.0',
      size: 400_000,
      package: '@kenjiuno/msgreader',
    }),
    detectPackage({
      job,
      gives: 'text of HTML',
      name: 'htmlparser2',
      licence: 'MIT',
      size: 250_000,
      package: 'htmlparser2',
    }),
  ])
}

function pdf(): Promise<DetectedEngine> {
  return detectPackage({
    job,
    gives: 'text of PDF',
    name: 'PDFium',
    licence: 'MIT',
    size: 11_000_000,
    package: '@hyzyla/pdfium',
  })
}
