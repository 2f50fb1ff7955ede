import { ClientError } from '@spacedrive/client'
import { type FormEvent, useState } from 'react'
import { useAction, useOperation } from '../../../api/index.ts'
import { useMessages } from '../../../i18n/index.ts'
import { Button, Field, Input } from '../../../ui/index.ts'
import { CompareNumber } from './compare-number.tsx'
import { EndOfPairing, type Reason } from './end-of-pairing.tsx'
import { messages } from './messages.ts'
import { Step } from './step.tsx'
import { cancelPairing } from './use-cancel-on-leave.ts'
import { CODE_WORDS } from './words-of.ts'
import { type UnknownWord, WordFields } from './word-fields.tsx'

const empty: readonly string[] = Array.from({ length: CODE_WORDS }, () => '')

interface EnterCodeProps {
  /** Of this device. */
  readonly name: string
  /** A pairing was begun, and ends with the dialog. */
  readonly onBegin: () => void
  readonly onClose: () => void
}

/** Takes the words of another device, and goes on with that one. */
export function EnterCode({ name, onBegin, onClose }: EnterCodeProps) {
  const t = useMessages(messages)
  const [words, setWords] = useState(empty)
  const [invitation, setInvitation] = useState<string | null>(null)
  const [address, setAddress] = useState('')
  const [isDifferent, setDifferent] = useState(false)
  const status = useOperation('pairing.status', {}).data
  const { data: joined, error, isPending, mutate, reset } = useAction('pairing.join')
  const change = (next: readonly string[], pasted: string | null) => {
    setWords(next)
    setInvitation(pasted)
    reset()
  }
  const join = (event: FormEvent) => {
    event.preventDefault()
    setDifferent(false)
    onBegin()
    mutate({ code: invitation ?? words.join(' '), ...(address.trim() !== '' && { address: address.trim() }) })
  }
  const differ = () => {
    setDifferent(true)
    void cancelPairing()
  }

  const current = isPending && status?.role === 'joiner' ? status : null
  if (current?.state === 'awaiting-confirmation')
    return <CompareNumber status={current} name={name} onDiffer={differ} />
  if (isPending)
    return (
      <div className="flex flex-col items-center gap-4 py-8">
        <Step title={current === null || current.state === 'waiting' ? t.joining : t.found} />
        <Button onClick={() => void cancelPairing()}>{t.cancel}</Button>
      </div>
    )
  const problem = error === null ? null : problemOf(error)
  if (joined || (problem !== null && problem.kind === 'ended'))
    return (
      <EndOfPairing
        device={joined?.device ?? null}
        reason={isDifferent ? 'differed' : problem?.kind === 'ended' ? problem.reason : 'failed'}
        said={error?.message ?? null}
        action={
          <Button kind="primary" onClick={reset}>
            {t.retry}
          </Button>
        }
        onClose={onClose}
      />
    )
  const missing = words.filter((word) => word === '').length
  return (
    <form onSubmit={join} className="flex flex-col gap-3">
      <p>{t.typeText}</p>
      <WordFields words={words} unknown={problem?.unknown ?? []} onChange={change} />
      <div role="alert" className="empty:hidden">
        {problem !== null && problem.unknown.length === 0 && (
          <>
            <p className="text-bad font-medium">{t.reasons[problem.reason].title}</p>
            <p className="text-muted">{t.reasons[problem.reason].text}</p>
          </>
        )}
      </div>
      <Field label={t.address} hint={t.addressHint}>
        {(ids) => (
          <Input
            {...ids}
            dir="ltr"
            value={address}
            maxLength={100}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setAddress(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center justify-end gap-2">
        <span className="text-muted me-auto text-xs">
          {missing > 0 && missing < CODE_WORDS && t.wordsMissing(missing)}
        </span>
        <Button disabled={missing === CODE_WORDS} onClick={() => change(empty, null)}>
          {t.clear}
        </Button>
        <Button kind="primary" type="submit" disabled={missing > 0}>
          {t.join}
        </Button>
      </div>
    </form>
  )
}

type Problem =
  /** The words are to be mended; those that are in no code are named. */
  | { readonly kind: 'words'; readonly reason: 'notACode' | 'tooFew'; readonly unknown: readonly UnknownWord[] }
  | { readonly kind: 'ended'; readonly reason: Reason; readonly unknown: readonly [] }

/** What codes of errors mean here. */
const reasons: Readonly<Partial<Record<string, Reason>>> = {
  NotAuthorised: 'wrong',
  Offline: 'notThere',
  Conflict: 'used',
  Timeout: 'expired',
  Cancelled: 'cancelled',
}

function problemOf(error: Error): Problem {
  const { code, details } = error instanceof ClientError ? error : { code: '', details: null }
  if (code !== 'InvalidInput') return { kind: 'ended', reason: reasons[code] ?? 'failed', unknown: [] }
  const { unknown = [], words } = (details ?? {}) as { unknown?: UnknownWord[]; words?: number }
  return { kind: 'words', reason: words === undefined ? 'notACode' : 'tooFew', unknown }
}
