import { createContext, type KeyboardEvent, type RefObject, useContext, useEffect, useEffectEvent } from 'react'

/** True: the key was for the viewer. */
type KeyHandler = (event: KeyboardEvent) => boolean

/** Where the viewer that is shown puts what it does with keys. */
export const ViewerKeysContext = createContext<RefObject<KeyHandler | null>>({ current: null })

/** Takes keys that no control has used, before the preview does. */
export function useViewerKeys(handler: KeyHandler): void {
  const handlerRef = useContext(ViewerKeysContext)
  const latest = useEffectEvent(handler)
  useEffect(() => {
    const handle: KeyHandler = (event) => latest(event)
    handlerRef.current = handle
    return () => {
      if (handlerRef.current === handle) handlerRef.current = null
    }
  }, [handlerRef])
}
