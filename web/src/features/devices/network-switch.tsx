import type { NetworkStatus } from '@spacedrive/core/domain'
import { type FormEvent, useState } from 'react'
import { useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, Input, Said, Switch, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row } from './section.tsx'

/** Networking on or off, now and at each start of the daemon; its password where it needs one. */
export function NetworkSwitch({ status }: { status: NetworkStatus }) {
  const t = useMessages(messages)
  const start = useAction('network.start')
  const stop = useAction('network.stop')
  const onError = (err: Error) => toastError(t.failed, err)
  const { error, relay, state } = status
  const change = (isOn: boolean) => (isOn ? start.mutate({}, { onError }) : stop.mutate({}, { onError }))
  return (
    <>
      <Row
        label={t.networking}
        hint={
          <>
            {t.networkingStates[state]} {relay !== null && t.throughRelay(relay)}
            {error !== null && (
              <span className="text-bad block">
                <Said of={{ code: 'Unavailable', message: error }} />
              </span>
            )}
          </>
        }
      >
        {state === 'locked' ? null : (
          <Switch
            label={t.networking}
            isOn={state === 'running'}
            isDisabled={start.isPending || stop.isPending}
            onChange={change}
          />
        )}
      </Row>
      {state === 'locked' && <UnlockRow />}
    </>
  )
}

function UnlockRow() {
  const t = useMessages(messages)
  return (
    <div className="px-3 py-2">
      <Unlock label={t.unlock} />
    </div>
  )
}

/** Starts networking with the password its key is wrapped with. */
export function Unlock({ label }: { label: string }) {
  const t = useMessages(messages)
  const [password, setPassword] = useState('')
  const start = useAction('network.start')
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    start.mutate({ password })
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-wrap gap-2">
      <Input
        type="password"
        aria-label={t.password}
        placeholder={t.password}
        autoComplete="off"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        className="max-w-64"
      />
      <Button kind="primary" type="submit" disabled={password === '' || start.isPending}>
        {label}
      </Button>
      {start.error && <ErrorNote error={start.error} title={t.failed} className="basis-full" />}
    </form>
  )
}
