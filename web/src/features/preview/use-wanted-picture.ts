import { useEffect, useId } from 'react'
import { connection, useOpened } from '../../api/index.ts'
import type { ShownFile } from './use-file.ts'

const LARGEST = 'detail@2x'

/** Has the largest thumbnail made before all else while it is wanted and somebody looks. Returns whether it is still to come. */
export function useWantedPicture({ info, sidecars }: ShownFile, isWanted: boolean): boolean {
  const viewer = `preview${useId()}`
  const contentId = info?.contentId ?? null
  const state = sidecars.find(({ kind, variant }) => kind === 'thumb' && variant === LARGEST)?.state
  const isMade = state === 'ready' || state === 'failed'
  const isAsked = isWanted && contentId !== null && !isMade && info?.online === true
  // A daemon that was started again has forgotten what was wanted.
  const opened = useOpened()
  useEffect(() => {
    if (!isAsked) return
    const want = (contentIds: (typeof contentId)[]) =>
      connection
        .action('sidecars.want', {
          viewer,
          kind: 'thumb',
          variants: [LARGEST],
          contentIds: contentIds.filter((id) => id !== null),
        })
        // It comes with the next look at it; what there is is shown.
        .catch(() => null)
    void want([contentId])
    return () => void want([])
  }, [contentId, isAsked, opened, viewer])
  return isAsked && (state === 'pending' || state === 'generating')
}
