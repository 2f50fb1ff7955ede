import { type FormEvent, useState } from 'react'
import { useAction, useKindNames, useSidecarKinds } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, Dialog, ErrorNote, Field, Input, Select, Switch } from '../../ui/index.ts'
import type { Location } from './locations-page.tsx'
import { messages } from './messages.ts'

const modes = ['shallow', 'content', 'deep'] as const

type Policy = Location['policy']

/** Name, depth, watching, and what is made of the files of a location. */
export function LocationSettings({ location, onClose }: { location: Location; onClose: () => void }) {
  const t = useMessages(messages)
  const [name, setName] = useState(location.name)
  const [mode, setMode] = useState(location.mode)
  const [watch, setWatch] = useState(location.watch)
  const kinds = useSidecarKinds().flatMap(({ kind, origin }) => (origin === 'generated' ? [kind] : []))
  const [policy, setPolicy] = useState<Policy>(location.policy)
  const update = useAction('locations.update')
  const save = (event: FormEvent) => {
    event.preventDefault()
    const changed = kinds.filter((kind) => policy[kind] !== location.policy[kind])
    const choices = changed.map((kind) => `${kind}=${policy[kind] ?? 'default'}`)
    update.mutate(
      { location: location.id, name, mode, watch, ...(choices.length > 0 && { policy: choices }) },
      { onSuccess: onClose },
    )
  }
  const choose = (kind: keyof Policy, value: string) => {
    const { [kind]: _, ...others } = policy
    setPolicy(value === USUAL ? others : { ...others, [kind]: value })
  }
  const actions = (
    <>
      <Button onClick={onClose}>{t.cancel}</Button>
      <Button kind="primary" type="submit" form="location-settings" disabled={update.isPending}>
        {t.save}
      </Button>
    </>
  )
  return (
    <Dialog isOpen onClose={onClose} title={location.name} actions={actions}>
      <form id="location-settings" onSubmit={save} className="flex flex-col gap-4">
        <Field label={t.name}>
          {(ids) => <Input {...ids} required value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label={t.mode}>
          {(ids) => (
            <Select
              {...ids}
              value={mode}
              onChange={setMode}
              choices={modes.map((value) => ({ value, label: t.modes[value] }))}
            />
          )}
        </Field>
        <div className="flex items-center justify-between gap-4">
          <span className="font-medium">{t.watch}</span>
          <Switch label={t.watch} isOn={watch} onChange={setWatch} />
        </div>
        <fieldset className="flex flex-col gap-1">
          <legend className="font-medium">{t.policy}</legend>
          <p className="text-muted pb-1 text-xs">{t.policyHint}</p>
          {kinds.map((kind) => (
            <KindChoice key={kind} kind={kind} value={policy[kind]} onChange={(value) => choose(kind, value)} />
          ))}
        </fieldset>
        {update.error && <ErrorNote error={update.error} title={t.failed} />}
      </form>
    </Dialog>
  )
}

const USUAL = 'default'

interface KindChoiceProps {
  readonly kind: keyof Policy
  readonly value: string | undefined
  readonly onChange: (value: string) => void
}

/** Usual, on or off; what somebody has written on the command line stays a choice. */
function KindChoice({ kind, value = USUAL, onChange }: KindChoiceProps) {
  const t = useMessages(messages)
  const name = useKindNames(t.kinds)(kind)
  const choices = [
    { value: USUAL, label: t.choices.usual },
    { value: 'on', label: t.choices.on },
    { value: 'off', label: t.choices.off },
    ...([USUAL, 'on', 'off'].includes(value) ? [] : [{ value, label: t.choices.own(value) }]),
  ]
  return (
    <div className="flex items-center justify-between gap-4">
      <span>{name}</span>
      <Select aria-label={name} value={value} onChange={onChange} choices={choices} />
    </div>
  )
}
