export { type Download, Downloads, MAX_SENT, type PreparedDownload } from './downloads.ts'
