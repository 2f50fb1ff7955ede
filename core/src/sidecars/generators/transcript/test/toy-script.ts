import type { ToyScript } from './toy-whisper.ts'

/** What every engine under test says, whatever it hears. */
export const SCRIPT: ToyScript = { words: ['hello', 'brave', 'new', 'world'], endSeconds: 2 }
