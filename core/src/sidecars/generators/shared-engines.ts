/** Engines that do several tasks; see `detectPackage` and `detectProgram`. */

export const WEBCODECS = {
  name: 'node-webcodecs',
  licence: 'MIT',
  size: 22_500_000,
  package: 'node-webcodecs',
} as const

export const FFMPEG = {
  name: 'ffmpeg',
  licence: 'LGPL-2.1-or-later',
  size: 80_000_000,
  program: 'ffmpeg',
  args: ['-hide_banner', '-version'],
  how: 'install ffmpeg: apt install ffmpeg, brew install ffmpeg, winget install ffmpeg',
} as const
