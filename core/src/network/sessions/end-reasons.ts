/**
 * The reasons for ending a connection, as sentences for the other side. Users can read them, and the other side acts
 * on some of them. They are part of the protocol and must never change.
 */
export const endReasons = {
  stopping: 'Spacedrive, or its networking, is stopped there',
  revoked: 'the pairing was revoked there',
  blocked: 'this device is blocked there',
  stranger: 'the two devices are not paired there',
  busy: 'there are too many connections there at the moment',
  tooSlow: 'it took too long to say who is calling',
  /** The same device has connected again after a restart. */
  replaced: 'another program with the key of this device has connected',
  /** Both sides have dialled; one connection is enough. */
  spare: 'the two devices are connected already',
  silent: 'nothing was heard for too long',
  flood: 'there were too many messages',
} as const
export type EndReason = keyof typeof endReasons

/** The reason that has this sentence; null for an unknown sentence. */
export function endReasonOf(sentence: string): EndReason | null {
  for (const [reason, text] of Object.entries(endReasons)) if (text === sentence) return reason as EndReason
  return null
}
