import { CoreError } from '../../../util/errors.ts'
import type { Engine, Make } from '../generator.ts'
import { withTextPath } from '../thumb/decoders/text-path.ts'
import { type FilmCopy, type CopyRequest } from './copy.ts'
import { copyByFfmpeg } from './copy-by-ffmpeg.ts'
import { copyEmbedded } from './copy-embedded.ts'
import type { ProxySettings } from './index.ts'
import { isProfile, profiles } from './profiles.ts'

/**
 * Makes all profiles of a film from one decode: with `ffmpeg`, which is faster and supports more formats, or else with
 * the embedded engine.
 */
export const make: Make = ({ source, content, outputs, settings }) =>
  withTextPath(source, async (path) => {
    const { threads } = settings as ProxySettings
    const copies = outputs.map(({ variant, path: into }): FilmCopy => {
      if (!isProfile(variant)) throw new CoreError('InvalidInput', `there is no proxy ${variant}`)
      return { into, profile: profiles[variant] }
    })
    return { engine: await copyFilm({ path, size: content.size, copies, threads }) }
  })

async function copyFilm(request: CopyRequest): Promise<Engine> {
  const engine = await copyByFfmpeg(request)
  if (engine) return engine
  try {
    return await copyEmbedded(request)
  } catch (err) {
    if (!(err instanceof CoreError) || err.code !== 'Unsupported') throw err
    throw new CoreError('Unsupported', `${err.message}; ffmpeg with libx264 on PATH would make it`, { cause: err })
  }
}
