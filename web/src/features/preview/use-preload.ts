import type { Entry } from '@spacedrive/core/domain'
import { useEffect } from 'react'
import { fileUrl } from '../../api/index.ts'
import { isBrowserPicture } from './preview-kind.ts'

/** Pictures that are larger are not loaded before somebody asks for them, in bytes. */
const MAX_PRELOADED = 30_000_000

/** Loads the pictures that are shown next, once what is shown now has been asked for. */
export function usePreload(neighbours: readonly Entry[] | undefined, library: string | null): void {
  const urls = (neighbours ?? [])
    .filter((entry) => entry.type === 'image' && isBrowserPicture(entry) && entry.size <= MAX_PRELOADED)
    .map((entry) => fileUrl(entry, library))
  const wanted = urls.join('\n')
  useEffect(() => {
    if (wanted === '') return
    const images = wanted.split('\n').map((url) => {
      const image = new Image()
      image.fetchPriority = 'low'
      image.src = url
      return image
    })
    return () => images.forEach((image) => image.removeAttribute('src'))
  }, [wanted])
}
