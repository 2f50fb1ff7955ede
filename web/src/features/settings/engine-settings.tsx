import type { OutputOf } from '@spacedrive/client'
import { type KeyboardEvent, useState } from 'react'
import { isElsewhere, useAction, useOperation } from '../../api/index.ts'
import { useLocale, useMessages } from '../../i18n/index.ts'
import { ErrorNote, Input, Select, Switch, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'
import { settingHints } from './setting-hints.ts'

type Setting = OutputOf<'config.get'>[number]

/** Every setting of the engine by its group, with where its value comes from. */
export function EngineSettings() {
  const t = useMessages(messages)
  const { data, error, refetch } = useOperation('config.get', {})
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />
  const groups = Map.groupBy(data ?? [], ({ key }) => key.split('.')[0]!)
  return [...groups].map(([group, settings]) => (
    <Section
      key={group}
      title={(t.groups as Record<string, string>)[group] ?? group}
      {...(isElsewhere && { hint: t.onlyThere })}
    >
      {settings.map((setting) => (
        <SettingRow key={setting.key} setting={setting} />
      ))}
    </Section>
  ))
}

function SettingRow({ setting }: { setting: Setting }) {
  const t = useMessages(messages)
  const locale = useLocale()
  const { from, key, source, summary } = setting
  const isFixed = source === 'flag' || source === 'environment' || isElsewhere
  const set = useAction('config.set')
  const change = (value: string) =>
    set.mutate(
      { key, value },
      {
        onSuccess: ({ restartNeeded }) => restartNeeded && toast(t.restart, { text: 'spacedrive restart' }),
        onError: (err) => toastError(t.notSet(key), err),
      },
    )
  const hint = locale === 'en' ? summary : (settingHints[locale][key] ?? summary)
  return (
    <Row
      label={<code className="font-mono text-sm">{key}</code>}
      hint={
        <>
          {hint}
          {(source === 'flag' || source === 'environment') && (
            <span className="text-warn block">{t.fixed(from ?? t.sources[source])}</span>
          )}
        </>
      }
    >
      <Control setting={setting} isFixed={isFixed} onChange={change} />
    </Row>
  )
}

interface ControlProps {
  readonly setting: Setting
  readonly isFixed: boolean
  readonly onChange: (value: string) => void
}

/** What fits the form of the value. */
function Control({ setting: { key, schema, value }, isFixed, onChange }: ControlProps) {
  const choices = schema['enum']
  if (schema['type'] === 'boolean')
    return <Switch label={key} isOn={value === true} isDisabled={isFixed} onChange={(isOn) => onChange(String(isOn))} />
  if (Array.isArray(choices))
    return (
      <Select
        aria-label={key}
        disabled={isFixed}
        value={String(value)}
        onChange={onChange}
        choices={choices.map(String).map((choice) => ({ value: choice, label: choice }))}
      />
    )
  return <TextControl key={String(value)} label={key} value={String(value)} isFixed={isFixed} onChange={onChange} />
}

interface TextControlProps extends Omit<ControlProps, 'setting'> {
  readonly label: string
  readonly value: string
}

/** Takes effect on Enter or when the field is left; Escape brings back what was there. */
function TextControl({ label, value, isFixed, onChange }: TextControlProps) {
  const [text, setText] = useState(value)
  const commit = () => text !== value && onChange(text)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') commit()
    if (event.key === 'Escape') setText(value)
  }
  return (
    <Input
      aria-label={label}
      disabled={isFixed}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
      spellCheck={false}
      className="max-w-56"
    />
  )
}
