import { detectPackage, detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'

/** What reads and writes films here: `ffmpeg` where it is there, else, of the usual formats, the embedded engine. */
export function detectFilmEngines(): Promise<DetectedEngine[]> {
  const job = 'proxies and thumbstrips of video'
  return Promise.all([
    detectPackage({ job, name: 'node-webcodecs', licence: 'MIT', package: 'node-webcodecs' }),
    detectProgram({
      job,
      name: 'ffmpeg',
      licence: 'LGPL-2.1-or-later',
      program: 'ffmpeg',
      args: ['-hide_banner', '-version'],
      how: 'install ffmpeg: apt install ffmpeg, brew install ffmpeg, winget install ffmpeg',
    }),
  ])
}
