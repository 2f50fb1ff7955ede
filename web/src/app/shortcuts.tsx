import { defineMessages, useMessages } from '../i18n/index.ts'
import { Dialog, Keys } from '../ui/index.ts'
import { PreviewKeyList } from '../features/preview/index.ts'
import { useKeysOf } from './command-keys.tsx'
import { type CommandId, commandIds } from './commands.ts'
import { commandNames } from './command-names.ts'
import type { OverlayProps } from './shell.tsx'

const messages = defineMessages({
  en: { title: 'Keys', inPreview: 'In the preview' },
  de: { title: 'Tasten', inPreview: 'In der Vorschau' },
})

/** Every key of the window and of the preview, and what it does. */
export function Shortcuts({ finalFocus, onClose }: OverlayProps) {
  const t = useMessages(messages)
  return (
    <Dialog isOpen onClose={onClose} finalFocus={finalFocus} title={t.title}>
      <dl>
        {commandIds.map((id) => (
          <Row key={id} id={id} />
        ))}
      </dl>
      <section>
        <h3 className="mt-5 mb-1 font-semibold">{t.inPreview}</h3>
        <PreviewKeyList />
      </section>
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
