import { isElsewhere, useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { SafeText, Switch } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'
import { useGrant } from './use-grant.ts'

/** What one device may do here, each thing to be allowed or not. */
export function GrantSwitches({ device }: { device: string }) {
  const t = useMessages(messages)
  const { date } = useFormat()
  const grants = useOperation('network.grants', {}).data ?? []
  const grant = useGrant()
  return (
    <Section title={t.may} text={isElsewhere ? t.onlyThere : t.mayText}>
      {grants
        .filter((each) => each.device.id === device)
        .map(({ allowed, everything, folders, requestedAt, wasEverything, what }) => {
          const { hint, name } = t.grants[what]
          const asked = wasEverything ? t.wasEverything : requestedAt ? t.waitsForAnswer(date(requestedAt)) : ''
          const opened = (
            <>
              {`${hint} ${asked}`}
              {allowed && everything && <span className="block">{t.everything}</span>}
              {folders.map((folder) => (
                <span key={folder} className="block">
                  <SafeText text={folder} />
                </span>
              ))}
            </>
          )
          return (
            <Row key={what} label={name} hint={opened}>
              <Switch
                label={name}
                isOn={allowed}
                onChange={(isAllowed) => grant.set({ device, what, isAllowed })}
                isDisabled={grant.isPending || isElsewhere}
              />
            </Row>
          )
        })}
    </Section>
  )
}
