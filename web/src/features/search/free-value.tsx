import { ClientError } from '@spacedrive/client'
import { type FormEvent, useId, useState } from 'react'
import { connection } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, Field, Input, Said } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { SearchInput } from './search-input.ts'

interface FreeValueProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  /** The filter it makes: whoever carries out searches says whether it can be read. Without this, anything can. */
  readonly asFilter?: (value: string) => Partial<SearchInput>
  readonly onSet: (value: string) => void
}

/** A value in one's own words. One that cannot be read is said so, and changes nothing. */
export function FreeValue({ asFilter, hint, label, onSet, value }: FreeValueProps) {
  const t = useMessages(messages)
  const [text, setText] = useState(value)
  const [problem, setProblem] = useState<ClientError | null>(null)
  const [isAsking, setAsking] = useState(false)
  const problemId = useId()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wanted = text.trim()
    if (wanted === '') return
    setAsking(true)
    const found = asFilter ? await problemOf(asFilter(wanted)) : null
    setAsking(false)
    setProblem(found)
    if (found === null) onSet(wanted)
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-2">
      <Field label={label} hint={hint}>
        {({ 'aria-describedby': describedBy, id }) => (
          <div className="flex gap-2">
            <Input
              id={id}
              value={text}
              maxLength={MAX_LENGTH}
              autoComplete="off"
              spellCheck={false}
              aria-invalid={problem !== null}
              aria-describedby={problem === null ? describedBy : problemId}
              onChange={(event) => {
                setText(event.target.value)
                setProblem(null)
              }}
            />
            <Button type="submit" disabled={isAsking || text.trim() === ''}>
              {t.set}
            </Button>
          </div>
        )}
      </Field>
      {problem !== null && (
        <p id={problemId} role="alert" className="text-bad text-xs break-words">
          <Said of={problem} />
        </p>
      )}
    </form>
  )
}

/** What a filter takes. */
const MAX_LENGTH = 4_000

/** Why a filter cannot be used; null where it can. */
async function problemOf(filter: Partial<SearchInput>): Promise<ClientError | null> {
  try {
    await connection.query('search.files', { query: '', limit: 1, ...filter })
    return null
  } catch (err) {
    if (err instanceof ClientError && (err.code === 'InvalidInput' || err.code === 'NotFound')) return err
    // Not the filter's fault: the search itself will tell.
    return null
  }
}
