import type { TranscriptSettings } from '../choose-engine.ts'

/** As they are where nobody has set anything. */
export const PLAIN_SETTINGS: TranscriptSettings = {
  engine: 'auto',
  model: '',
  language: 'auto',
  url: '',
  serverModel: 'whisper-1',
  keyVariable: '',
  runtime: '',
}
