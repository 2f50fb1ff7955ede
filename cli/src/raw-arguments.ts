import { readFileSync } from 'node:fs'

/** The replacement character for bytes that are not valid UTF-8. */
const REPLACEMENT = '\uFFFD'

/**
 * The bytes of an argument as it was typed. Node.js decodes arguments as UTF-8, and a name of other bytes is lost by
 * that; Linux still has it. The argument itself where all of it is text, or where the system does not say.
 */
export function rawArgument(text: string, commandLine: () => Buffer = ownCommandLine): string | Buffer {
  if (!text.includes(REPLACEMENT)) return text
  return splitAtZero(commandLine()).find((bytes) => bytes.toString('utf8') === text) ?? text
}

function ownCommandLine(): Buffer {
  try {
    return readFileSync('/proc/self/cmdline')
  } catch {
    return Buffer.alloc(0)
  }
}

function splitAtZero(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at)
    const stop = end < 0 ? bytes.length : end
    parts.push(bytes.subarray(at, stop))
    at = stop + 1
  }
  return parts
}
