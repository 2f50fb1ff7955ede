import type { TextPage } from '../../sidecars/formats/text-sidecar.ts'

/** The title and text of a page together: the form that is searched and shown. */
export function wholeText({ title, text }: TextPage): string {
  return title ? `${title}\n${text}` : text
}
