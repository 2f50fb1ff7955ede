import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Puts a `whisper-cli` into a folder that takes what the real one takes, writes what that writes, and says what its model
 * says, which is the script as JSON behind the sign of a model. `instead` is what it does instead, in JavaScript.
 */
export function installPretendWhisper(folder: string, instead = ''): string {
  const path = join(folder, 'whisper-cli')
  writeFileSync(path, `#!${process.execPath}\n${PROGRAM.replace('/* instead */', instead)}`)
  chmodSync(path, 0o755)
  return path
}

/** A model for it. */
export function writePretendModel(file: string, script: object): void {
  writeFileSync(file, Buffer.concat([Buffer.from('lmgg'), Buffer.from(JSON.stringify(script))]))
}

const PROGRAM = String.raw`
const { readFileSync, writeFileSync } = require('node:fs')
const { parseArgs } = require('node:util')
const text = { type: 'string' }
const flag = { type: 'boolean' }
const { values } = parseArgs({
  options: {
    version: flag, model: text, language: text, file: text, 'output-file': text,
    'output-json-full': flag, 'no-prints': flag,
  },
})
if (values.version) {
  console.log('whisper.cpp version: 9.9.9')
  process.exit()
}
/* instead */
const sound = readFileSync(values.file)
const isSpeech = sound.toString('latin1', 0, 4) === 'RIFF' && sound.readUInt32LE(24) === 16000 && sound.readUInt16LE(22) === 1
if (!isSpeech) throw new Error('the sound is not of 16 kHz, one channel')
const model = readFileSync(values.model)
const { words, endSeconds } = JSON.parse(model.subarray(4))
const token = (text, p) => ({ text, p, id: 1, offsets: { from: 0, to: 0 } })
const segment = {
  offsets: { from: 0, to: endSeconds * 1000 },
  text: ' ' + words.join(' '),
  tokens: [token('[_BEG_]', 0.1), ...words.map((word) => token(' ' + word, 0.75)), token('[_TT_100]', 0.1)],
}
if (values['output-json-full'])
  writeFileSync(values['output-file'] + '.json', JSON.stringify({
    result: { language: values.language === 'auto' ? 'en' : values.language },
    transcription: [segment],
  }))
`
