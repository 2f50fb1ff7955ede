import { untilAborted } from '../../util/until-aborted.ts'
import type { Conversation } from './conversation.ts'
import { Confirm } from './protocol.ts'
import type { PairingSession } from './session.ts'

/** Two devices that have proved themselves: waits until both persons want it. Throws where either does not, or not in time. */
export async function agree(session: PairingSession, conversation: Conversation, ms: number): Promise<void> {
  session.update({ state: 'awaiting-confirmation' })
  const { signal } = session
  const here = untilAborted(session.decided, signal).then(() =>
    conversation.send({ type: 'confirm' } satisfies Confirm, { ms, signal }),
  )
  // The other device has its own clock for its person; a little later, so that the reason comes from there.
  const there = conversation.receive(Confirm, { ms: ms + GRACE_MS, signal })
  await Promise.all([here, there])
}

const GRACE_MS = 5_000
