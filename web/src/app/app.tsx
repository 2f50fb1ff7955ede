import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { queryClient } from '../api/index.ts'
import { CommandKeys } from './command-keys.tsx'
import { Toasts } from '../ui/index.ts'
import type { router as browserRouter } from './router.tsx'
import { useDocumentSettings } from './use-document-settings.ts'

const TOOLTIP_DELAY_MS = 500

/** Everything the page stands on. */
export function App({ router }: { router: typeof browserRouter }) {
  useDocumentSettings()
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Tooltip.Provider delay={TOOLTIP_DELAY_MS}>
          <CommandKeys>
            <RouterProvider router={router} />
          </CommandKeys>
          <Toasts />
        </Tooltip.Provider>
      </QueryClientProvider>
    </CSPProvider>
  )
}
