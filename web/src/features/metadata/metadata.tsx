import { useFormat } from '../../format/index.ts'
import { useLocale, useMessages } from '../../i18n/index.ts'
import { SafeName } from '../../ui/index.ts'
import { fieldNames } from './field-names.ts'
import { metadataGroups } from './metadata-groups.ts'
import { Row, Rows, Section } from './section.tsx'

/** What the file says of itself. */
export function Metadata({ metadata }: { metadata: Readonly<Record<string, unknown>> }) {
  const names = useMessages(fieldNames)
  const locale = useLocale()
  const format = useFormat()
  const groups = metadataGroups(metadata, {
    ...names,
    ...format,
    locale,
    orientations: Object.values(names.orientations),
  })
  return groups.map(({ name, rows }) => (
    <Section key={name} title={names.groups[name]}>
      <Rows>
        {rows.map(({ field, value }) =>
          typeof field === 'string' ? (
            <Row key={field} label={names.fields[field]} copied={field === 'place' ? value : undefined}>
              <SafeName name={value} />
            </Row>
          ) : (
            <Row key={field.raw} label={field.raw}>
              <SafeName name={value} />
            </Row>
          ),
        )}
      </Rows>
    </Section>
  ))
}
