import type { NetworkDevice } from '@spacedrive/core/domain'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { isElsewhere, useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, Dialog, ErrorNote, Switch, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

/** Keeps a device away for a time, or for good. */
export function EndOfPairing({ device }: { device: NetworkDevice }) {
  const t = useMessages(messages)
  const block = useAction('network.block')
  const [isEnding, setEnding] = useState(false)
  return (
    <Section title={t.end}>
      <Row label={t.block} hint={isElsewhere ? t.onlyThere : t.blockHint}>
        <Switch
          label={t.block}
          isOn={device.state === 'blocked'}
          isDisabled={block.isPending || isElsewhere}
          onChange={(isOn) =>
            block.mutate({ device: device.id, off: !isOn }, { onError: (err) => toastError(t.failed, err) })
          }
        />
      </Row>
      <Row label={t.revoke} hint={t.revokeHint}>
        <Button kind="danger" onClick={() => setEnding(true)}>
          {t.revoke}
        </Button>
      </Row>
      {isEnding && <Revoke device={device} onClose={() => setEnding(false)} />}
    </Section>
  )
}

function Revoke({ device, onClose }: { device: NetworkDevice; onClose: () => void }) {
  const t = useMessages(messages)
  const navigate = useNavigate()
  const revoke = useAction('network.revoke', { confirm: true })
  const run = () =>
    revoke.mutate(
      { device: device.id },
      {
        onSuccess: ({ device: { name } }) => {
          toast(t.revoked(name))
          void navigate({ to: '/devices', replace: true })
        },
      },
    )
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t.revokeTitle(device.name)}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button kind="danger" onClick={run} disabled={revoke.isPending}>
            {t.revoke}
          </Button>
        </>
      }
    >
      <p>{t.revokeText}</p>
      {revoke.error && <ErrorNote error={revoke.error} title={t.failed} className="mt-3" />}
    </Dialog>
  )
}
