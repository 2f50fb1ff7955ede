import type { Grant } from '@spacedrive/core/domain'
import { isElsewhere, useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeText } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'
import { useGrant } from './use-grant.ts'

/** What devices have asked for and nobody has answered; of one device where `device` is its id. */
export function GrantRequests({ device }: { device?: string }) {
  const t = useMessages(messages)
  const grants = useOperation('network.grants', {}).data ?? []
  const waiting = grants.filter(
    (grant) => grant.requestedAt !== null && (device === undefined || grant.device.id === device),
  )
  if (waiting.length === 0) return null
  return (
    <Section title={t.requests} text={isElsewhere ? t.onlyThere : t.requestsText}>
      {waiting.map((grant) => (
        <Request key={`${grant.device.id} ${grant.what}`} grant={grant} />
      ))}
    </Section>
  )
}

function Request({ grant: { device, requestedAt, requestedPath, wasEverything, what } }: { grant: Grant }) {
  const t = useMessages(messages)
  const { date } = useFormat()
  const grant = useGrant()
  const wish = t.wants[what](device.name)
  const isForFolders = what === 'browse' || what === 'read'
  const folders = requestedPath === null || !isForFolders ? [] : [requestedPath]
  const answer = (isAllowed: boolean) => grant.set({ device: device.id, what, isAllowed, folders })
  const opens = wasEverything ? t.wasEverything : folders.length === 0 && isForFolders ? t.opensLocations : null
  return (
    <Row
      label={<SafeText text={wish} />}
      hint={
        <>
          {requestedAt && t.asked(date(requestedAt))}
          {folders.map((folder) => (
            <span key={folder} className="block">
              <SafeText text={folder} />
            </span>
          ))}
          {opens !== null && <span className="block">{opens}</span>}
        </>
      }
    >
      {isElsewhere ? null : (
        <span className="flex gap-2">
          <Button aria-label={t.notNowFor(wish)} onClick={() => answer(false)} disabled={grant.isPending}>
            {t.notNow}
          </Button>
          <Button kind="primary" aria-label={t.allowFor(wish)} onClick={() => answer(true)} disabled={grant.isPending}>
            {t.allow}
          </Button>
        </span>
      )}
    </Row>
  )
}
