import { useState } from 'react'
import { isElsewhere, useAction, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeName, Select, toastError } from '../../ui/index.ts'
import { FolderPicker } from '../locations/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

const choices = ['ask', 'trusted', 'off'] as const

/** What becomes of files that are offered, and where they come to. */
export function ReceiveSettings() {
  const t = useMessages(messages)
  const settings = useOperation('config.get', {}).data ?? []
  const home = useOperation('system.places', {}).data?.find(({ kind }) => kind === 'home')?.path ?? '/'
  const set = useAction('config.set')
  const [isChoosing, setChoosing] = useState(false)
  const valueOf = (key: string) => settings.find((setting) => setting.key === key)?.value
  const change = (key: string, value: string) =>
    set.mutate({ key, value }, { onError: (err) => toastError(t.failed, err) })
  const folder = valueOf('network.receiveFolder')
  const policy = choices.find((each) => each === valueOf('network.receive'))
  if (policy === undefined || typeof folder !== 'string') return null
  return (
    <Section title={t.receive} text={isElsewhere ? t.onlyThere : t.receiveHint}>
      <Row label={t.receive}>
        <Select
          aria-label={t.receive}
          value={policy}
          disabled={isElsewhere}
          onChange={(value) => change('network.receive', value)}
          choices={choices.map((value) => ({ value, label: t.receiveChoices[value] }))}
        />
      </Row>
      <Row label={t.receiveFolder} hint={folder === '' ? t.receiveFolderUsual : <SafeName name={folder} />}>
        <Button onClick={() => setChoosing(true)} disabled={isElsewhere}>
          {t.chooseFolder}
        </Button>
      </Row>
      {isChoosing && (
        <FolderPicker
          start={folder || home}
          onChoose={(path) => {
            setChoosing(false)
            change('network.receiveFolder', path)
          }}
          onClose={() => setChoosing(false)}
        />
      )}
    </Section>
  )
}
