import { CoreError } from '../../util/errors.ts'
import type { ByteStream, Link } from '../transport/transport.ts'
import { FrameStream } from '../wire/frame-stream.ts'
import { CONTROL, CONTROL_VERSION, Hello } from './hello.ts'
import { MAX_CONTROL_BYTES } from './limits.ts'
import { Opening, openingFrames, takeAnswer } from './opening.ts'

export interface Greeted {
  readonly hello: Hello
  readonly control: FrameStream
}

/** Sends the first hello, on a link that this side has dialled. Throws the refusal of the other side. */
export async function greetFirst(link: Link, own: Hello, signal: AbortSignal): Promise<Greeted> {
  const stream = await link.openStream(signal)
  await openingFrames(stream).send({ protocol: CONTROL, version: CONTROL_VERSION } satisfies Opening)
  const control = new FrameStream(stream, { maxFrameBytes: MAX_CONTROL_BYTES })
  await control.send(own)
  await takeAnswer(stream, 'the other device')
  return { hello: await receiveHello(control), control }
}

/** Answers the hello of the side that has dialled, on the first stream that it opens. */
export async function greetBack(stream: ByteStream, own: Hello): Promise<Greeted> {
  const opening = await openingFrames(stream).receive(Opening)
  if (opening?.protocol !== CONTROL) throw new CoreError('InvalidInput', 'the other device did not say hello')
  if (opening.version !== CONTROL_VERSION) {
    const where = opening.version > CONTROL_VERSION ? 'there' : 'here'
    const message = `it speaks version ${CONTROL_VERSION} of the protocol between devices, this device version ${opening.version}; update Spacedrive ${where}`
    await openingFrames(stream).send({ ok: false, code: 'VersionMismatch', message })
    await stream.finish()
    throw new CoreError(
      'VersionMismatch',
      `the other device speaks version ${opening.version} of the protocol between devices`,
    )
  }
  await openingFrames(stream).send({ ok: true })
  const control = new FrameStream(stream, { maxFrameBytes: MAX_CONTROL_BYTES })
  await control.send(own)
  return { hello: await receiveHello(control), control }
}

async function receiveHello(control: FrameStream): Promise<Hello> {
  const hello = await control.receive(Hello)
  if (!hello) throw new CoreError('Unavailable', 'the other device closed the connection before it identified itself')
  return hello
}
