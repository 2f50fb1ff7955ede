// React alone, as a task of its own: together with the page it is a long one on a slow machine.
// oxlint-disable-next-line import/no-unassigned-import
import 'react-dom/client'
