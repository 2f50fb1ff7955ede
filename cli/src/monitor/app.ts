import { Text, useApp, useInput, useWindowSize } from 'ink'
import { createElement, useEffect, useSyncExternalStore, type ReactElement } from 'react'
import type { Style } from '../text/style.ts'
import type { MonitorController } from './controller.ts'
import { monitorScreen } from './screen.ts'

interface AppProps {
  readonly controller: MonitorController
  readonly style: Style
}

/** The full-screen monitor: connects screen and controller to the terminal. */
export function MonitorApp({ controller, style }: AppProps): ReactElement {
  const state = useSyncExternalStore(controller.subscribe, controller.state)
  const { columns, rows } = useWindowSize()
  const { exit } = useApp()
  useEffect(() => controller.onExit(exit), [controller, exit])
  useInput((input, key) => {
    const name = key.escape ? 'escape' : key.return ? 'enter' : key.upArrow ? 'up' : key.downArrow ? 'down' : input
    controller.press(name)
  })
  // The last line has no line break, so that a full screen does not scroll.
  return createElement(
    Text,
    { wrap: 'truncate' },
    monitorScreen(state, { width: columns, height: rows }, style).join('\n'),
  )
}
