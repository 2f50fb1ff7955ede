import { typeKey, typeNames, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { SafeName } from '../../ui/index.ts'
import { Metadata, Row, Rows, Section } from '../metadata/index.ts'
import { messages } from './messages.ts'
import { SidePanel } from './side-panel.tsx'
import type { ShownFile } from './use-file.ts'

/** What is known of the file, beside it. The inspector of the page has the rest. */
export function DetailsPanel({ file: { entry, info }, onClose }: { file: ShownFile; onClose: () => void }) {
  const t = useMessages(messages)
  const names = useMessages(typeNames)
  const { bytes, dateTime } = useFormat()
  const size = entry.kind === 'directory' ? entry.totalSize : entry.size
  return (
    <SidePanel title={t.details} onClose={onClose}>
      <Section title={t.file}>
        <Rows>
          <Row label={t.kind}>{names[typeKey(entry)]}</Row>
          {size !== null && <Row label={t.size}>{bytes(size)}</Row>}
          <Row label={t.memberDate}>{dateTime(entry.modifiedAt)}</Row>
          <Row label={t.path} copied={entry.path} isCode>
            <SafeName name={entry.path} />
          </Row>
        </Rows>
      </Section>
      {info?.metadata && <Metadata metadata={info.metadata} />}
    </SidePanel>
  )
}
