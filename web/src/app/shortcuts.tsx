import { defineMessages, useMessages } from '../i18n/index.ts'
import { Dialog, Keys } from '../ui/index.ts'
import { useKeysOf } from './command-keys.tsx'
import { type CommandId, commandIds } from './commands.ts'
import { commandNames } from './command-names.ts'

const messages = defineMessages({ en: { title: 'Keys' }, de: { title: 'Tasten' } })

/** Every key and what it does. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  const t = useMessages(messages)
  return (
    <Dialog isOpen onClose={onClose} title={t.title}>
      <dl>
        {commandIds.map((id) => (
          <Row key={id} id={id} />
        ))}
      </dl>
    </Dialog>
  )
}

function Row({ id }: { id: CommandId }) {
  const names = useMessages(commandNames)
  return (
    <div className="border-line flex justify-between border-b py-1.5 last:border-0">
      <dt>{names[id]}</dt>
      <dd>
        <Keys keys={useKeysOf(id)} />
      </dd>
    </div>
  )
}
