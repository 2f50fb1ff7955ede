import { Link } from '@tanstack/react-router'
import { Copy } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { askAgain, useAction, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, IconButton, Input, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { NetworkSwitch } from './network-switch.tsx'
import { Row, Section } from './section.tsx'

/** What this device is to others: its name, whether and where it is reached. */
export function ThisDevice() {
  const t = useMessages(messages)
  const { data: status, error, refetch } = useOperation('network.status', {})
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />
  if (!status) return null
  const { addresses, key, name } = status
  return (
    <Section title={t.thisDevice}>
      <NameRow key={name} name={name} />
      <NetworkSwitch status={status} />
      {addresses.length > 0 && (
        <Row label={t.addresses}>
          <ul className="flex flex-col gap-1">
            {addresses.map((address) => (
              <Copied key={address} text={address}>
                {address}
              </Copied>
            ))}
          </ul>
        </Row>
      )}
      {key !== null && (
        <Row label={t.key}>
          <ul className="min-w-0">
            <Copied text={key}>{key.match(/.{8}/g)?.slice(0, 4).join(' ')} …</Copied>
          </ul>
        </Row>
      )}
      <p className="px-3 py-2">
        <Link to="/settings" className="underline">
          {t.moreSettings}
        </Link>
      </p>
    </Section>
  )
}

function NameRow({ name }: { name: string }) {
  const t = useMessages(messages)
  const [text, setText] = useState(name)
  const rename = useAction('devices.rename')
  const trimmed = text.trim()
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    rename.mutate(
      { name: trimmed },
      {
        onSuccess: (device) => {
          toast(t.renamed(device.name))
          askAgain('network.status')
          askAgain('devices.info')
        },
        onError: (err) => toastError(t.failed, err),
      },
    )
  }
  return (
    <Row label={t.name} hint={t.nameHint}>
      <form onSubmit={onSubmit} className="flex min-w-0 gap-2">
        <Input
          aria-label={t.name}
          value={text}
          maxLength={64}
          onChange={(event) => setText(event.target.value)}
          spellCheck={false}
          className="max-w-56"
        />
        <Button type="submit" disabled={trimmed === '' || trimmed === name || rename.isPending}>
          {t.rename}
        </Button>
      </form>
    </Row>
  )
}

function Copied({ text, children }: { text: string; children: ReactNode }) {
  const t = useMessages(messages)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast(t.copied)
  }
  return (
    <li className="flex items-center justify-end gap-1">
      <code dir="ltr" className="min-w-0 font-mono text-xs break-all">
        {children}
      </code>
      <IconButton icon={Copy} label={t.copy(text)} onClick={() => void copy()} />
    </li>
  )
}
