import type { OutputOf } from '@spacedrive/client'
import { type KeyboardEvent, useId, useState } from 'react'
import { isElsewhere, useAction, useOperation, useProgram } from '../../api/index.ts'
import { useLocale, useMessages } from '../../i18n/index.ts'
import { ErrorNote, Input, Said, Select, Switch, toast } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'
import { settingHints } from './setting-hints.ts'
import { settingWords } from './setting-words.ts'

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
  const program = useProgram()
  const hasLibrary = (useOperation('libraries.list', {}).data ?? []).some(({ open }) => open)
  const { from, key, scope, source, summary } = setting
  const isFixed = source === 'flag' || source === 'environment' || isElsewhere
  const set = useAction('config.set')
  const change = (value: string) =>
    set.mutate(
      { key, value },
      {
        onSuccess: ({ restartNeeded }) => restartNeeded && toast(t.restart, { text: `${program} restart` }),
      },
    )
  const hint = locale === 'en' ? summary : (settingHints[locale][key] ?? summary)
  const { name, rest } = settingWords(hint)
  const refusalId = useId()
  return (
    <Row
      label={name}
      words={`${hint} ${key}`}
      hint={
        <>
          {rest !== '' && <span className="block">{rest}</span>}
          <code className="font-mono">{key}</code> ·{' '}
          {scope === 'library' && !hasLibrary ? t.scopes.libraries : t.scopes[scope]}
          {(source === 'flag' || source === 'environment') && (
            <span className="text-warn block">{t.fixed(from ?? t.sources[source])}</span>
          )}
        </>
      }
      below={
        // Always there, so that readers hear what comes into it.
        <p id={refusalId} role="alert" className="text-bad basis-full text-xs break-words empty:hidden">
          {set.error && (
            <>
              {t.notSet} <Said of={set.error} />
            </>
          )}
        </p>
      }
    >
      <Control
        label={`${name}, ${key}`}
        setting={setting}
        isFixed={isFixed}
        refusal={set.error ? { 'aria-invalid': true, 'aria-describedby': refusalId } : {}}
        onChange={change}
        onUndo={set.reset}
      />
    </Row>
  )
}

interface ControlProps {
  /** Names the control for readers. */
  readonly label: string
  readonly setting: Setting
  readonly isFixed: boolean
  /** Leads from the control to why its value was refused. */
  readonly refusal: { readonly 'aria-invalid'?: true; readonly 'aria-describedby'?: string }
  readonly onChange: (value: string) => void
  /** What was refused is taken back. */
  readonly onUndo: () => void
}

/** What fits the form of the value. */
function Control({ label, setting: { schema, value }, isFixed, onChange, onUndo, refusal }: ControlProps) {
  const choices = schema['enum']
  if (schema['type'] === 'boolean')
    return (
      <Switch label={label} isOn={value === true} isDisabled={isFixed} onChange={(isOn) => onChange(String(isOn))} />
    )
  if (Array.isArray(choices))
    return (
      <Select
        aria-label={label}
        {...refusal}
        disabled={isFixed}
        value={String(value)}
        onChange={onChange}
        choices={choices.map(String).map((choice) => ({ value: choice, label: choice }))}
      />
    )
  return <TextControl key={String(value)} value={String(value)} {...{ label, isFixed, onChange, onUndo, refusal }} />
}

interface TextControlProps extends Omit<ControlProps, 'setting'> {
  readonly value: string
}

/** Takes effect on Enter or when the field is left; Escape brings back what was there. */
function TextControl({ label, value, isFixed, onChange, onUndo, refusal }: TextControlProps) {
  const [text, setText] = useState(value)
  const commit = () => text !== value && onChange(text)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') commit()
    if (event.key !== 'Escape' || text === value) return
    // Otherwise the field would be left, with what was typed.
    event.preventDefault()
    setText(value)
    onUndo()
  }
  return (
    <Input
      aria-label={label}
      {...refusal}
      disabled={isFixed}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
      spellCheck={false}
      className="aria-invalid:border-bad max-w-56"
    />
  )
}
