import { ClientError, type OutputOf } from '@spacedrive/client'
import { askAgain, useAction, useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeName, SafeText, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

type Invitation = OutputOf<'libraries.invitations'>[number]

/** Libraries that paired devices share with this one, and that nobody has joined here. */
export function LibraryInvitations() {
  const t = useMessages(messages)
  const invitations = useOperation('libraries.invitations', {}).data ?? []
  if (invitations.length === 0) return null
  return (
    <Section title={t.invitations} text={t.invitationsText}>
      {invitations.map((invitation) => (
        <InvitationRow key={`${invitation.device.id} ${invitation.library.id}`} invitation={invitation} />
      ))}
    </Section>
  )
}

function InvitationRow({ invitation: { at, device, library } }: { invitation: Invitation }) {
  const t = useMessages(messages)
  const { date } = useFormat()
  const join = useAction('libraries.join')
  const decline = useAction('libraries.decline')
  const input = { device: device.id, library: library.id }
  const options = {
    onError: (err: Error) => toastError(t.failed, err),
    onSettled: () => askAgain('libraries.invitations'),
  }
  const joinIt = async () => {
    try {
      const joined = await join.mutateAsync(input).catch((err: unknown) => {
        // Its name is taken here: it is told apart by whose it is.
        if (!(err instanceof ClientError) || err.code !== 'AlreadyExists') throw err
        return join.mutateAsync({ ...input, name: `${library.name} (${device.name})` })
      })
      toast(t.joined(joined.library.name))
    } catch (err) {
      toastError(t.failed, err)
    }
    askAgain('libraries.invitations')
  }
  const isPending = join.isPending || decline.isPending
  return (
    <Row label={<SafeName name={library.name} />} hint={<SafeText text={t.sharedBy(device.name, date(at))} />}>
      <span className="flex gap-2">
        <Button
          aria-label={t.declineLibraryOf(library.name)}
          disabled={isPending}
          onClick={() => decline.mutate(input, options)}
        >
          {t.declineLibrary}
        </Button>
        <Button kind="primary" aria-label={t.joinOf(library.name)} disabled={isPending} onClick={() => void joinIt()}>
          {t.joinLibrary}
        </Button>
      </span>
    </Row>
  )
}
