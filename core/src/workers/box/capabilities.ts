import { numberOn, type SystemCalls } from './system-call.ts'

const CAPGET = { x64: 125, arm64: 90 }
const CAPSET = { x64: 126, arm64: 91 }
/** `_LINUX_CAPABILITY_VERSION_3`. */
const VERSION = 0x20080522
/** Two blocks of 32 capabilities each: effective, permitted, inheritable. */
const SETS_BYTES = 24
/** Reading files of other users, which a daemon of root may have to decode. The box still limits which files. */
const DAC_READ_SEARCH = 1 << 2

/**
 * Gives up the rights that root has, except reading files, for this thread and everything it starts. Other users have
 * none to give up. `gainNoRights` makes this final.
 */
export function dropCapabilities(calls: SystemCalls): void {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(VERSION, 0)
  const held = Buffer.alloc(SETS_BYTES)
  calls.call('capget', numberOn(CAPGET)!, calls.addressOf(header), calls.addressOf(held))
  const kept = Buffer.alloc(SETS_BYTES)
  for (const at of [0, 4]) kept.writeUInt32LE((held.readUInt32LE(at) & DAC_READ_SEARCH) >>> 0, at)
  calls.call('capset', numberOn(CAPSET)!, calls.addressOf(header), calls.addressOf(kept))
}
