import type { SidecarKind } from '@spacedrive/core/domain'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button } from '../../ui/index.ts'
import { type ShownFile, useDocumentText, useTextInPicture, useTranscript } from '../preview/index.ts'
import { messages } from './messages.ts'
import { Section } from './section.tsx'

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
  return (
    <>
      {isSmall(file, 'ocr') && <PictureText file={file} onShowAll={onShowAll} />}
      {isSmall(file, 'text') && <DocumentText file={file} onShowAll={onShowAll} />}
      {isSmall(file, 'transcript') && <Spoken file={file} onShowAll={onShowAll} />}
    </>
  )
}

function isSmall({ sidecars }: ShownFile, kind: SidecarKind): boolean {
  const sidecar = sidecars.find((each) => each.kind === kind && each.format === 'json')
  return sidecar?.state === 'ready' && (sidecar.size ?? 0) <= MAX_LOADED
}

function PictureText({ file, onShowAll }: WordsProps) {
  const t = useMessages(messages)
  const text = useTextInPicture(file).data
  return text ? <Beginning title={t.textFound} text={textOf(text.pages)} onShowAll={onShowAll} /> : null
}

function DocumentText({ file, onShowAll }: WordsProps) {
  const t = useMessages(messages)
  const text = useDocumentText(file).data
  return text ? <Beginning title={t.textIn} text={textOf(text.pages)} onShowAll={onShowAll} /> : null
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

function Spoken({ file, onShowAll }: WordsProps) {
  const t = useMessages(messages)
  const { clock } = useFormat()
  const lines = useTranscript(file).data?.lines
  if (!lines) return null
  return (
    <Section title={t.spoken} action={lines.length > 0 && <ShowAll onClick={onShowAll} />}>
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
