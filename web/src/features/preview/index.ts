export { Preview, type PreviewProps } from './lazy-preview.tsx'
export { type ShownFile, useFile } from './use-file.ts'
export { usePagedText, useTranscript } from './use-sidecar-json.ts'
export { thumbFor } from './thumb-choice.ts'
