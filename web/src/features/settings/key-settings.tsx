import { RotateCcw } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useKeysOf } from '../../app/command-keys.tsx'
import { commandNames } from '../../app/command-names.ts'
import { type CommandId, commandIds, commands } from '../../app/commands.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, IconButton, Keys } from '../../ui/index.ts'
import { keysOf } from './keys-of-event.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

/** The keys of every command, each of which can be another. */
export function KeySettings() {
  const t = useMessages(messages)
  return (
    <Section title={t.keys} hint={t.keysHint}>
      {commandIds.map((id) => (
        <KeyRow key={id} id={id} />
      ))}
    </Section>
  )
}

function KeyRow({ id }: { id: CommandId }) {
  const t = useMessages(messages)
  const names = useMessages(commandNames)
  const { keys: changed, set } = usePreferences()
  const [isListening, setListening] = useState(false)
  const shown = useKeysOf(id)
  const [taken, setTaken] = useState<CommandId | null>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isListening || event.key === 'Tab') return
    event.preventDefault()
    event.stopPropagation()
    // While the keys are pressed one after the other.
    const keys = keysOf(event.nativeEvent)
    if (keys === null) return
    setListening(false)
    const owner = commandIds.find((each) => each !== id && (changed[each] ?? commands[each]) === keys)
    setTaken(owner ?? null)
    if (!owner) set({ keys: { ...changed, [id]: keys } })
  }
  const reset = () => {
    const { [id]: _, ...others } = changed
    setTaken(null)
    set({ keys: others })
  }
  return (
    <Row label={names[id]} hint={taken && <span className="text-bad">{t.keysTaken(names[taken])}</span>}>
      <span className="flex items-center gap-1">
        {changed[id] !== undefined && <IconButton icon={RotateCcw} label={t.keysReset} onClick={reset} />}
        <Button
          aria-label={`${names[id]}: ${shown}. ${t.keysChange}`}
          onClick={() => setListening(true)}
          onBlur={() => setListening(false)}
          onKeyDown={onKeyDown}
        >
          {isListening ? t.keysPress : <Keys keys={shown} />}
        </Button>
      </span>
    </Row>
  )
}
