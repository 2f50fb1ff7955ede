import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { ErrorNote, Input, Skeleton } from '../../ui/index.ts'
import { WaysOut } from './facts-view.tsx'
import { messages } from './messages.ts'
import type { ViewProps } from './preview-body.tsx'
import { problemOf } from './use-sidecar-json.ts'

const SIZES = [64, 40, 28, 20, 15, 12]
const LETTERS =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ\nabcdefghijklmnopqrstuvwxyz\n0123456789 ÄÖÜäöüß éèêçñ\n.,:;!? „“ ‘’ () [] {} & @ # % € $ £'

/** A font by what is written in it. */
export function FontView({ file }: ViewProps) {
  const t = useMessages(messages)
  const family = `preview-${useId().replaceAll(/\W/g, '')}`
  const { error, isSuccess } = useFont(family, file.url!)
  const [text, setText] = useState('')
  if (error)
    return (
      <div className="m-auto flex flex-col items-center gap-3 p-6">
        <ErrorNote error={error} title={t.fontBroken} />
        <WaysOut file={file} />
      </div>
    )
  if (!isSuccess) return <Skeleton className="m-6 flex-1" />
  return (
    <div tabIndex={0} role="region" aria-label={file.entry.name} className="min-w-0 flex-1 overflow-auto px-8 py-6">
      <Input
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={t.tryText}
        aria-label={t.tryText}
        className="mb-6 max-w-md"
      />
      <div style={{ fontFamily: family }}>
        {SIZES.map((size) => (
          <p key={size} className="mb-3 break-words" style={{ fontSize: size, lineHeight: 1.25 }}>
            {text || t.pangram}
          </p>
        ))}
        <p className="mt-8 text-lg break-words whitespace-pre-wrap">{LETTERS}</p>
      </div>
    </div>
  )
}

/** Makes a font known under a name while the component is there. */
function useFont(family: string, url: string) {
  const { data, ...state } = useQuery({
    queryKey: ['font', url],
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url, { signal })
      if (!answer.ok) throw await problemOf(answer)
      return new FontFace(family, await answer.arrayBuffer()).load()
    },
  })
  useEffect(() => {
    if (!data) return
    document.fonts.add(data)
    return () => void document.fonts.delete(data)
  }, [data])
  return state
}
