import { detectPackage, detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'

/** The engines that decode for thumbnails on this machine. */
export function detectThumbEngines(): Promise<DetectedEngine[]> {
  return Promise.all([
    detectPackage({ job: 'thumbnails of pictures', name: 'sharp', licence: 'Apache-2.0', package: 'sharp' }),
    detectPackage({
      job: 'thumbnails of video and HEIC',
      name: 'node-webcodecs',
      licence: 'MIT',
      package: 'node-webcodecs',
    }),
    detectProgram({
      job: 'thumbnails of AVI, WMV, ProRes, JPEG XL',
      name: 'ffmpeg',
      licence: 'LGPL-2.1-or-later',
      program: 'ffmpeg',
      args: ['-hide_banner', '-version'],
      how: 'install ffmpeg: apt install ffmpeg, brew install ffmpeg, winget install ffmpeg',
    }),
    detectProgram({
      job: 'thumbnails of HEIC',
      name: 'heif-convert',
      licence: 'LGPL-3.0-or-later',
      program: 'heif-convert',
      args: ['--help'],
      how: 'install libheif: apt install libheif-examples, brew install libheif',
    }),
    detectProgram({
      job: 'previews in camera raw files',
      name: 'exiftool',
      licence: 'Artistic-1.0-Perl OR GPL-1.0-or-later',
      program: 'exiftool',
      args: ['-ver'],
      how: 'install ExifTool: apt install libimage-exiftool-perl, brew install exiftool',
    }),
  ])
}
