import type { InputOf, OutputOf } from '@spacedrive/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { connection } from '../../api/index.ts'
import { useComparisons } from './comparisons.ts'

export type Group = OutputOf<'copies.list'>['groups'][number]

/** How far comparing everything is. */
export interface Progress {
  readonly done: number
  readonly total: number
  readonly different: number
}

/** Contents of one request when all are gone through. */
const PAGE = 100

/** Reads copies whole. Given up when the page is left. */
export function useCompare() {
  const set = useComparisons((comparisons) => comparisons.set)
  const [progress, setProgress] = useState<Progress | null>(null)
  const controller = useRef<AbortController | null>(null)
  const leaving = useRef<AbortController | null>(null)
  useEffect(() => {
    const left = new AbortController()
    leaving.current = left
    return () => {
      left.abort()
      controller.current?.abort()
    }
  }, [])

  const compare = useCallback(
    async (contentId: Group['contentId'], signal?: AbortSignal): Promise<boolean> => {
      set(contentId, { state: 'running' })
      try {
        const result = await connection.action(
          'copies.compare',
          { contentId },
          { signal: signal ?? leaving.current?.signal },
        )
        set(contentId, { state: 'done', result })
        return result.same
      } catch (err) {
        const isGivenUp = signal?.aborted === true || leaving.current?.signal.aborted === true
        set(contentId, isGivenUp ? null : { state: 'failed', reason: err })
        return false
      }
    },
    [set],
  )
  const compareAll = useCallback(
    async (filter: InputOf<'copies.list'>) => {
      controller.current?.abort()
      const { signal } = (controller.current = new AbortController())
      let at: Progress = { done: 0, total: 0, different: 0 }
      let cursor: string | null = null
      try {
        do {
          const page: OutputOf<'copies.list'> = await connection.query(
            'copies.list',
            { ...filter, limit: PAGE, thumbs: false, ...(cursor !== null && { cursor }) },
            { signal },
          )
          at = { ...at, total: page.totalGroups }
          setProgress(at)
          for (const { contentId, verified } of page.groups) {
            signal.throwIfAborted()
            const isSame = verified === 'full' || (await compare(contentId, signal))
            at = { ...at, done: at.done + 1, different: at.different + (isSame ? 0 : 1) }
            setProgress(at)
          }
          cursor = page.cursor
        } while (cursor !== null)
        return at
      } catch (err) {
        if (signal.aborted) return null
        throw err
      } finally {
        if (controller.current?.signal === signal) setProgress(null)
      }
    },
    [compare],
  )
  return { compare, compareAll, progress, stop: () => controller.current?.abort() }
}
