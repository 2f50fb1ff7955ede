import { MemoryStream, type StreamMessage } from './memory-stream.ts'

/** The two ends of one stream, with nothing between them: what one writes the other has at once. */
export function createStreamPair(): [MemoryStream, MemoryStream] {
  const near: MemoryStream = new MemoryStream({ send: (message) => toFar(message), onDone: () => {} })
  const far = new MemoryStream({ send: (message) => near.arrived(message), onDone: () => {} })
  const toFar = (message: StreamMessage) => far.arrived(message)
  return [near, far]
}
