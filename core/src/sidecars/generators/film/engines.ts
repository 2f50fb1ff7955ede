import { detectPackage, detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'
import { FFMPEG, WEBCODECS } from '../shared-engines.ts'

/** The engines for films: `ffmpeg` if it is on PATH, or else the embedded engine for the usual formats. */
export function detectFilmEngines(): Promise<DetectedEngine[]> {
  const of = { job: 'video', gives: 'proxies and thumbstrips of video' } as const
  return Promise.all([detectPackage({ ...of, ...WEBCODECS }), detectProgram({ ...of, ...FFMPEG })])
}
