import { type RefObject, useEffect, useState } from 'react'

export interface FullScreen {
  /** Null where the browser does not let a page do it. */
  readonly toggle: (() => void) | null
  readonly isOn: boolean
}

/** Whether an element fills the screen, as long as the component is there. */
export function useFullScreen(ref: RefObject<HTMLElement | null>): FullScreen {
  const [isOn, setOn] = useState(false)
  useEffect(() => {
    const onChange = () => setOn(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', onChange)
    return () => {
      document.removeEventListener('fullscreenchange', onChange)
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => null)
    }
  }, [])
  // A browser may refuse at any time; the button then stays as it is.
  const toggle = () => void (isOn ? document.exitFullscreen() : ref.current?.requestFullscreen())?.catch(() => null)
  return { isOn, toggle: document.fullscreenEnabled ? toggle : null }
}
