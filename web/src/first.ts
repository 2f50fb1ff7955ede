// What every page needs and what takes long at first, as a task of its own: together with the page it is a long one on a
// slow machine.
// oxlint-disable-next-line import/no-unassigned-import
import 'react-dom/client'

// The first format of the browser reads the data of the language.
new Intl.NumberFormat(navigator.language).format(0)
