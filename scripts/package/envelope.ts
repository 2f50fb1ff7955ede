import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'

/** A DSSE envelope (github.com/secure-systems-lab/dsse): a payload, its type, and signatures of both. */
const Envelope = z.strictObject({
  payloadType: z.string(),
  payload: z.base64(),
  signatures: z
    .array(z.strictObject({ keyid: z.string(), sig: z.base64() }))
    .min(1)
    .max(8),
})

type Envelope = z.output<typeof Envelope>

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** One line of JSON: the text, signed with this Ed25519 key. The same text and key give the same bytes. */
export function sealText(text: string, privateKey: KeyObject): string {
  const payload = Buffer.from(text)
  const sig = sign(null, signedBytes(PAYLOAD_TYPE, payload), privateKey).toString('base64')
  const keyid = keyIdOf(createPublicKey(privateKey))
  return print({ payloadType: PAYLOAD_TYPE, payload: payload.toString('base64'), signatures: [{ keyid, sig }] })
}

/** The text, if this key has signed it. Throws a sentence otherwise. */
export function openSealed(sealed: string, publicKey: KeyObject): string {
  const { payload, payloadType, signatures } = parseEnvelope(sealed)
  if (payloadType !== PAYLOAD_TYPE) throw new Error(`The provenance has the type ${payloadType}, not ${PAYLOAD_TYPE}.`)
  const keyid = keyIdOf(publicKey)
  const signature = signatures.find((each) => each.keyid === keyid)
  if (!signature)
    throw new Error(`The provenance was signed with another key (${signatures[0]!.keyid}). The given key is ${keyid}.`)
  const bytes = Buffer.from(payload, 'base64')
  if (!verify(null, signedBytes(payloadType, bytes), publicKey, Buffer.from(signature.sig, 'base64')))
    throw new Error('The signature of the provenance does not match: the provenance was changed after it was signed.')
  return bytes.toString()
}

function parseEnvelope(sealed: string): Envelope {
  try {
    const envelope = Envelope.parse(JSON.parse(sealed))
    // Spaces, and the unused bits of base64, would make other bytes of the same envelope.
    if (print(envelope) !== sealed) throw new Error('it is not written as `npm run package` writes it')
    return envelope
  } catch (cause) {
    throw new Error('The provenance is not a signed envelope (DSSE), or it was changed.', { cause })
  }
}

function print({ payload, payloadType, signatures }: Envelope): string {
  const canonical = (base64: string) => Buffer.from(base64, 'base64').toString('base64')
  return `${JSON.stringify({
    payloadType,
    payload: canonical(payload),
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: canonical(sig) })),
  })}\n`
}

/** DSSE's "pre-authentication encoding": the type is signed with the payload. */
function signedBytes(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])
}

/** SHA-256 of the public key as SPKI. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}
