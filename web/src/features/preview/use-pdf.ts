import { getDocument, GlobalWorkerOptions, PasswordResponses, type PDFDocumentProxy, version } from 'pdfjs-dist'
// oxlint-disable-next-line import/default -- Vite makes an address of it
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { useEffect, useState } from 'react'

GlobalWorkerOptions.workerSrc = workerUrl

/** Read at once of a document, in bytes; what no page that is shown needs is not read. */
const PIECE_BYTES = 262_144

export type Pdf =
  | { readonly name: 'loading' }
  | { readonly name: 'locked'; readonly wasWrong: boolean; readonly unlock: (password: string) => void }
  | { readonly name: 'open'; readonly document: PDFDocumentProxy }
  | { readonly name: 'failed'; readonly error: Error }

/** A PDF, as long as the component is there. */
export function usePdf(url: string): Pdf {
  const [pdf, setPdf] = useState<Pdf>({ name: 'loading' })
  useEffect(() => {
    const own = (folder: string) => new URL(`/assets/pdfjs-${version}/${folder}/`, location.href).href
    const task = getDocument({
      url: new URL(url, location.href).href,
      rangeChunkSize: PIECE_BYTES,
      disableAutoFetch: true,
      disableStream: true,
      cMapUrl: own('cmaps'),
      standardFontDataUrl: own('standard_fonts'),
      wasmUrl: own('wasm'),
      // The page's policy lets none run.
      useWasm: false,
      enableXfa: false,
    })
    let isGone = false
    task.onPassword = (unlock: (password: string) => void, reason: number) =>
      setPdf({ name: 'locked', unlock, wasWrong: reason === PasswordResponses.INCORRECT_PASSWORD })
    task.promise.then(
      (document) => !isGone && setPdf({ name: 'open', document }),
      (err: unknown) =>
        !isGone && setPdf({ name: 'failed', error: err instanceof Error ? err : new Error(String(err)) }),
    )
    return () => {
      isGone = true
      void task.destroy()
    }
  }, [url])
  return pdf
}
