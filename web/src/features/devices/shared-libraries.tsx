import type { OutputOf } from '@spacedrive/client'
import type { NetworkDevice } from '@spacedrive/core/domain'
import { askAgain, isElsewhere, useAction, useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeName, SafeText, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

type Library = OutputOf<'libraries.list'>[number]

/** Which libraries of this device another one is a member of, each to be shared or not. */
export function SharedLibraries({ device }: { device: NetworkDevice }) {
  const t = useMessages(messages)
  const libraries = useOperation('libraries.list', {}).data?.filter(({ open }) => open) ?? []
  return (
    <Section title={t.libraries} text={t.librariesText}>
      {libraries.length === 0 && <p className="text-muted px-3 py-2">{t.noLibraries}</p>}
      {libraries.map((library) => (
        <LibraryRow key={library.id} library={library} device={device} />
      ))}
    </Section>
  )
}

function LibraryRow({ library: { id, name }, device }: { library: Library; device: NetworkDevice }) {
  const t = useMessages(messages)
  const { date } = useFormat()
  const shared = useOperation('libraries.members', { library: id }).data
  const members = shared?.members ?? []
  const paths = (shared?.opens ?? []).map(({ path }) => path)
  const sent = useOperation('libraries.invitations', { sent: true }).data ?? []
  const isOffered = sent.some((each) => each.device.id === device.id && each.library.id === id)
  const share = useAction('libraries.share')
  const unshare = useAction('libraries.unshare')
  const input = { library: id, device: device.id }
  const options = {
    onError: (err: Error) => toastError(t.failed, err),
    onSettled: () => {
      askAgain('libraries.members')
      askAgain('libraries.invitations')
    },
  }
  const member = members.find((each) => each.device.id === device.id)
  const state = member ? t.member(date(member.since)) : isOffered ? t.invited(device.name) : t.notShared
  const isPending = share.isPending || unshare.isPending
  return (
    <Row
      label={<SafeName name={name} />}
      hint={
        <>
          <SafeText text={state} />
          <span className="block">
            <SafeText text={paths.length === 0 ? t.opensNothing : t.opens(paths.join(', '))} />
          </span>
        </>
      }
    >
      {member || isOffered ? (
        <Button aria-label={t.unshareOf(name)} disabled={isPending} onClick={() => unshare.mutate(input, options)}>
          {t.unshare}
        </Button>
      ) : isElsewhere ? null : (
        <Button aria-label={t.shareOf(name)} disabled={isPending} onClick={() => share.mutate(input, options)}>
          {t.share}
        </Button>
      )}
    </Row>
  )
}
