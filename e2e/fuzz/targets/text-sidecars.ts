import assert from 'node:assert/strict'
import { parseEmbeddedChunks } from '../../../core/src/sidecars/formats/embedding-sidecar.ts'
import { formatTextSidecar, parseTextSidecar } from '../../../core/src/sidecars/formats/text-sidecar.ts'
import { formatTranscript, parseTranscript } from '../../../core/src/sidecars/formats/transcript-sidecar.ts'
import { textOf } from '../pieces.ts'
import { type FuzzTarget, shapeOf } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'texts, transcripts and chunks of other devices: JSON of any version',
  guides: [
    'core/src/sidecars/formats/text-sidecar.ts',
    'core/src/sidecars/formats/transcript-sidecar.ts',
    'core/src/sidecars/formats/embedding-sidecar.ts',
    'core/src/sidecars/formats/loose-json.ts',
  ],
  maxBytes: 700,
  tokens: ['"__proto__":', '1e999', '-1', 'null', '"words":[', '"confidence":0.5,'],
  seeds: () =>
    [
      '{"version":1,"engine":{"name":"a","version":"1"},"languages":["en"],"pages":[{"number":1,"source":"ocr","text":"hi","width":10,"height":20,"words":[{"text":"hi","confidence":0.9,"box":[0,0,1,1]}]}],"confidence":0.5,"truncated":true}',
      '{"version":1,"engine":{"name":"a","version":"1"},"model":"m","language":"en","durationMs":1000,"segments":[{"startMs":0,"endMs":500,"text":"hi","confidence":0.4}]}',
      '{"version":1,"model":"m","dimensions":2,"chunks":[{"kind":"text","start":0,"end":2,"page":1}]}',
    ].map((text) => Buffer.from(text)),
  run(bytes) {
    const json = textOf(bytes)
    const text = parseTextSidecar(json)
    if (text) assert.deepEqual(parseTextSidecar(formatTextSidecar(text)), text)
    const transcript = parseTranscript(json)
    if (transcript) assert.deepEqual(parseTranscript(formatTranscript(transcript)), transcript)
    const chunks = parseEmbeddedChunks(json)
    return `${shapeOf(text, 2)} ${shapeOf(transcript, 2)} ${chunks === null ? '' : chunks.some((chunk) => chunk !== null)}`
  },
}
