import type { TranscriptSettings } from '../choose-engine.ts'

/** The default settings. */
export const PLAIN_SETTINGS: TranscriptSettings = {
  engine: 'auto',
  model: '',
  language: 'auto',
  url: '',
  serverModel: 'whisper-1',
  keyVariable: '',
  runtime: '',
}
