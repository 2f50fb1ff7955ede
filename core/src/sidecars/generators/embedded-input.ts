import { FilePathSource, Input, type InputFormat } from 'mediabunny'
import { withoutCircles } from '../../content/media/media-input.ts'
import { CoreError } from '../../util/errors.ts'
import { DAMAGED } from './film/damaged.ts'

/**
 * Opens a film or a sound file. Throws `Unsupported` if its container is not one of `formats`, and `Corrupt` if it is
 * damaged or empty.
 */
export async function openInput(path: string, formats: InputFormat[]): Promise<Input> {
  using parts = new DisposableStack()
  const input = parts.use(new Input({ source: withoutCircles(new FilePathSource(path)), formats }))
  if (!(await input.canRead())) throw new CoreError('Unsupported', 'its container is not one of those embedded')
  const tracks = await input.getTracks().catch((cause: unknown) => {
    // The library's own message is meant for developers, not for users.
    throw new CoreError('Corrupt', DAMAGED, { cause })
  })
  if (tracks.length === 0) throw new CoreError('Corrupt', 'nothing in it can be played')
  parts.move()
  return input
}

/** The error for a track whose codec cannot be decoded. */
export function unknownCodec(codec: string | null): CoreError {
  return new CoreError('Unsupported', `its codec${codec ? ` ${codec}` : ''} is not one of those embedded`)
}
