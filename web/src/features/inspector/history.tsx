import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import type { ShownFile } from '../preview/index.ts'
import { messages } from './messages.ts'
import { Section } from '../metadata/index.ts'

type Info = NonNullable<ShownFile['info']>

/** What is known to have happened to a file, the last first. */
export function History({ history }: Pick<Info, 'history'>) {
  const t = useMessages(messages)
  const { dateTime } = useFormat()
  if (history.length === 0) return null
  return (
    <Section title={t.history}>
      <ol className="flex flex-col gap-1">
        {history.map(({ at, detail, what }, i) => (
          <li key={i}>
            <p>
              {t.happened[what]}
              {detail && <span className="text-muted break-words">: {detail}</span>}
            </p>
            <p className="text-muted text-xs tabular-nums">
              <time dateTime={at}>{dateTime(at)}</time>
            </p>
          </li>
        ))}
      </ol>
    </Section>
  )
}
