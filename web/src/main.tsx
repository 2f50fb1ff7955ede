// Before anything that could make a worker.
// oxlint-disable-next-line import/no-unassigned-import
import './trusted-types.ts'
import { startTransition, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { askAhead } from './app/ask-ahead.ts'
import { router } from './app/router.tsx'
// oxlint-disable-next-line import/no-unassigned-import
import './styles.css'

askAhead()
const root = createRoot(document.querySelector('#root')!)
// In small steps: the browser is answered meanwhile.
startTransition(() =>
  root.render(
    <StrictMode>
      <App router={router} />
    </StrictMode>,
  ),
)
