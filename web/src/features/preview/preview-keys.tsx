import { useMessages } from '../../i18n/index.ts'
import { Keys } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { SidePanel } from './side-panel.tsx'

/** Every key of the preview, and what it does. */
export const previewKeys = {
  next: '→',
  previous: '←',
  zoomIn: '+',
  zoomOut: '-',
  zoomFit: '0',
  rotate: 'R',
  rotateBack: 'Shift+R',
  fullScreen: 'F',
  slideShow: 'S',
  details: 'I',
  filmStrip: 'T',
  keys: '?',
  close: 'Esc',
} as const

export function PreviewKeys({ onClose }: { onClose: () => void }) {
  const t = useMessages(messages)
  return (
    <SidePanel title={t.keys} onClose={onClose}>
      <div className="px-4 pb-4">
        <PreviewKeyList />
      </div>
    </SidePanel>
  )
}

/** The keys of the preview as a list, without a heading. */
export function PreviewKeyList() {
  const t = useMessages(messages)
  return (
    <dl>
      {Object.entries(previewKeys).map(([name, keys]) => (
        <div key={name} className="border-line flex justify-between border-b py-1.5 last:border-0">
          <dt>{t[name as keyof typeof previewKeys]}</dt>
          <dd>
            <Keys keys={keys} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
