import { detectPackage, detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'
import { FFMPEG, WEBCODECS } from '../shared-engines.ts'

const job = 'thumbnails'

/** The engines that decode for thumbnails on this machine. */
export function detectThumbEngines(): Promise<DetectedEngine[]> {
  return Promise.all([
    detectPackage({
      job,
      gives: 'thumbnails of pictures',
      name: 'sharp',
      licence: 'Apache-2.0',
      size: 20_000_000,
      package: 'sharp',
    }),
    detectPackage({ job, gives: 'thumbnails of video and HEIC', ...WEBCODECS }),
    detectProgram({ job, gives: 'thumbnails of AVI, WMV, ProRes, JPEG XL', ...FFMPEG }),
    detectProgram({
      job,
      gives: 'thumbnails of HEIC',
      name: 'heif-convert',
      licence: 'LGPL-3.0-or-later',
      size: 3_000_000,
      program: 'heif-convert',
      args: ['--help'],
      how: 'install libheif: apt install libheif-examples, brew install libheif',
    }),
    detectProgram({
      job,
      gives: 'thumbnails of EPS and PostScript',
      name: 'gs',
      licence: 'AGPL-3.0-or-later',
      size: 40_000_000,
      program: 'gs',
      args: ['--version'],
      how: 'install Ghostscript: apt install ghostscript, brew install ghostscript',
    }),
    detectProgram({
      job,
      gives: 'previews in camera raw files',
      name: 'exiftool',
      licence: 'Artistic-1.0-Perl OR GPL-1.0-or-later',
      size: 25_000_000,
      program: 'exiftool',
      args: ['-ver'],
      how: 'install ExifTool: apt install libimage-exiftool-perl, brew install exiftool',
    }),
  ])
}
