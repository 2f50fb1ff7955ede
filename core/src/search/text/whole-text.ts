import type { TextPage } from '../../sidecars/formats/text-sidecar.ts'

/** Joins the title and the text of a page: the form that is searched and shown. */
export function wholeText({ title, text }: TextPage): string {
  return title ? `${title}\n${text}` : text
}
