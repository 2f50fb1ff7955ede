import { detectPackage, detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'

/** The engines for films: `ffmpeg` if it is on PATH, or else the embedded engine for the usual formats. */
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
