import type { Entry } from '@spacedrive/core/domain'

/** Files of one drag that other programs are given as links. */
const MAX_LINKS = 100

/** An entry that is dragged, with the absolute address of its bytes, or of its page if it is a folder. */
export interface Dragged {
  readonly entry: Pick<Entry, 'kind' | 'mime' | 'name' | 'path'>
  readonly url: string
}

/** The data of a drag by type: links for browsers and mail, a download for the desktop (Chromium), paths for text fields. */
export function draggedOut(dragged: readonly Dragged[]): Readonly<Record<string, string>> {
  const links = dragged.slice(0, MAX_LINKS)
  const [first] = links
  const isFile = links.length === 1 && first?.entry.kind === 'file'
  return {
    'text/uri-list': links.map(({ url }) => url).join('\r\n'),
    'text/plain': links.map(({ entry }) => entry.path).join('\n'),
    // The parts are separated by colons.
    ...(isFile && {
      DownloadURL: `${first.entry.mime ?? 'application/octet-stream'}:${first.entry.name.replaceAll(':', '_')}:${first.url}`,
    }),
  }
}
