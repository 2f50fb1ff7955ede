import { useAction, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeName, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Remaining } from './remaining.tsx'
import { Row, Section } from './section.tsx'

/** As much of a key as tells devices apart. */
const KEY_SHOWN = 12

/** Devices of the local network that are not paired: whether they see this one, and those that let themselves be seen. */
export function Nearby() {
  const t = useMessages(messages)
  const isOn = useOperation('network.status', {}).data?.state === 'running'
  const { data } = useOperation('nearby.list', {}, { enabled: isOn })
  const show = useAction('nearby.show')
  if (!isOn || !data) return null
  const { devices, visibility } = data
  const { name, reason, until } = visibility
  const set = (off: boolean) => show.mutate({ off }, { onError: (err) => toastError(t.failed, err) })
  return (
    <Section title={t.nearby} text={t.nearbyText}>
      <Row
        label={t.visible}
        hint={
          name !== null && until !== null ? (
            <>
              <SafeName name={name} /> · <Remaining until={until} left={t.visibleLeft} />
            </>
          ) : (
            (reason ?? t.visibleHint)
          )
        }
      >
        <Button disabled={show.isPending} onClick={() => set(name !== null)}>
          {name === null ? t.showMe : t.hideMe}
        </Button>
      </Row>
      {devices.map((device) => (
        <Row
          key={device.key}
          label={<SafeName name={device.name} />}
          hint={<code>{device.key.slice(0, KEY_SHOWN)}</code>}
        />
      ))}
      {devices.length === 0 && <p className="text-muted px-3 py-2">{t.nobodyNearby}</p>}
    </Section>
  )
}
