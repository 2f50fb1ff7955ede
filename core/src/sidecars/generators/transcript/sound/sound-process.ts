import { CoreError, errorMessage, systemCode } from '../../../../util/errors.ts'
import { decodeSound } from './decode-sound.ts'
import type { SoundFailure } from './sound-failure.ts'

// A program that prints the sound of a file. It is a separate process, because a damaged file may crash a decoder or
// keep it busy for ever.
process.stdout.on('error', (err) => {
  // The reader has closed the pipe.
  process.exit(systemCode(err) === 'EPIPE' ? 0 : 1)
})
try {
  await decodeSound(process.argv[2]!, print)
} catch (err) {
  const failure: SoundFailure = { code: err instanceof CoreError ? err.code : 'Corrupt', message: errorMessage(err) }
  process.stderr.write(`${JSON.stringify(failure)}\n`)
  process.exitCode = 1
}

function print(block: Int16Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.stdout.write(new Uint8Array(block.buffer, block.byteOffset, block.byteLength), () => resolve())
  return promise
}
