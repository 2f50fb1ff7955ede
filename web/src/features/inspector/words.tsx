import type { SidecarKind } from '@spacedrive/core/domain'
import { useKindNames, useSidecarKinds } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button } from '../../ui/index.ts'
import { hasFile, type ShownFile, usePagedText, useTranscript } from '../preview/index.ts'
import { messages } from './messages.ts'
import { Section } from '../metadata/index.ts'

/** Longer ones are not loaded for their first lines, in bytes. */
const MAX_LOADED = 2_000_000
const MAX_CHARACTERS = 600
const MAX_LINES = 6

interface WordsProps {
  readonly file: ShownFile
  readonly onShowAll: () => void
}

/** The first of what can be read in a file, and of what is said in it. */
export function Words({ file, onShowAll }: WordsProps) {
  const t = useMessages(messages)
  const kinds = useSidecarKinds()
  const titleOf = useKindNames(t.words)
  return (
    <>
      {kinds.map(({ kind, preview }) => {
        if (preview === null || !isSmall(file, kind)) return null
        const Shown = preview === 'pages' ? Pages : Lines
        return <Shown key={kind} file={file} kind={kind} title={titleOf(kind)} onShowAll={onShowAll} />
      })}
    </>
  )
}

function isSmall({ sidecars }: ShownFile, kind: SidecarKind): boolean {
  const sidecar = sidecars.find((each) => each.kind === kind && each.format === 'json')
  return sidecar !== undefined && hasFile(sidecar) && (sidecar.size ?? 0) <= MAX_LOADED
}

interface ShownProps extends WordsProps {
  readonly kind: SidecarKind
  readonly title: string
}

function Pages({ file, kind, onShowAll, title }: ShownProps) {
  const text = usePagedText(file, kind).data
  return text ? <Beginning title={title} text={textOf(text.pages)} onShowAll={onShowAll} /> : null
}

function textOf(pages: readonly { readonly text: string }[]): string {
  return pages
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n')
}

function Beginning({ title, text, onShowAll }: { title: string; text: string; onShowAll: () => void }) {
  const t = useMessages(messages)
  return (
    <Section title={title} action={text !== '' && <ShowAll onClick={onShowAll} />}>
      {text === '' ? (
        <p className="text-muted">{t.noWords}</p>
      ) : (
        <p className="line-clamp-6 break-words whitespace-pre-line" dir="auto">
          {text.slice(0, MAX_CHARACTERS)}
        </p>
      )}
    </Section>
  )
}

function Lines({ file, kind, onShowAll, title }: ShownProps) {
  const t = useMessages(messages)
  const { clock } = useFormat()
  const lines = useTranscript(file, kind).data?.lines
  if (!lines) return null
  return (
    <Section title={title} action={lines.length > 0 && <ShowAll onClick={onShowAll} />}>
      {lines.length === 0 && <p className="text-muted">{t.noWords}</p>}
      <ol>
        {lines.slice(0, MAX_LINES).map(({ startMs, text }) => (
          <li key={startMs} className="flex gap-2">
            <span className="text-muted w-10 shrink-0 text-end text-xs leading-5 tabular-nums">{clock(startMs)}</span>
            <span dir="auto" className="line-clamp-2 min-w-0 break-words">
              {text}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  )
}

function ShowAll({ onClick }: { onClick: () => void }) {
  const t = useMessages(messages)
  return (
    <Button kind="quiet" onClick={onClick} className="text-accent -me-2 h-6 px-2">
      {t.showAll}
    </Button>
  )
}
