import type { TextPage } from '../../sidecars/text-sidecar.ts'

/** What a page says, with what it is called: searched and shown alike. */
export function wholeText({ title, text }: TextPage): string {
  return title ? `${title}\n${text}` : text
}
