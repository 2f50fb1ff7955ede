import { printable } from '../text/escape.ts'
import { formatBytes, plural } from '../text/format.ts'
import type { OperationExtras } from './extras.ts'

export const librariesDelete: OperationExtras<'libraries.delete'> = {
  touches: async ({ keepFiles, library }, session) => {
    const { movedIn, name, path } = await session.query('libraries.previewDelete', { library })
    const removal = `Removes the library ${printable(name)} (${printable(path)}).`
    if (keepFiles === true || movedIn?.files === 0) return removal
    if (movedIn === null) return `${removal} Whether files were moved into it cannot be told now; they go with it.`
    const files = `${plural(movedIn.files, 'file')} (${formatBytes(movedIn.bytes)})`
    return `${removal} With it goes what was moved into it and lies nowhere else: ${files}; \`spacedrive sidecar convert --undo\` puts such files back.`
  },
}
