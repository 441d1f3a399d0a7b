// In: the body of a push message; later the keys of the device it is for. Out: its header's fields; the plaintext.
// Must not share code with a sender: RFC 8188 (aes128gcm) and RFC 8291 are read here once more, from the other end.
import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto'

/** The aes128gcm header (RFC 8188 §2.1) and the single record behind it. */
export interface Envelope {
  salt: Buffer
  /** The sender's ECDH key of this one message, an uncompressed point. */
  senderKey: Buffer
  record: Buffer
}

/** What a browser made when it subscribed: the key pair and the 16 bytes of RFC 8291 §3.2. */
export interface DeviceKeys {
  publicKey: Buffer
  privateKey: Buffer
  auth: Buffer
}

const SALT = 16
const ID_LENGTH_AT = SALT + 4
const TAG = 16
/** Uncompressed P-256 point. */
const POINT = 65
/** Last and only record (RFC 8188 §2: 0x02); 0x01 would promise another one. */
const LAST_RECORD = 0x02

/** @returns the envelope, or the rule of RFC 8188 or RFC 8291 §4 that it breaks */
export function readEnvelope(body: Buffer): Envelope | { rule: string } {
  if (body.length <= ID_LENGTH_AT) return { rule: 'header-truncated' }
  const recordSize = body.readUInt32BE(SALT)
  const idLength = body[ID_LENGTH_AT] ?? 0
  const senderKey = body.subarray(ID_LENGTH_AT + 1, ID_LENGTH_AT + 1 + idLength)
  const record = body.subarray(ID_LENGTH_AT + 1 + idLength)
  if (idLength !== POINT || senderKey.length !== POINT || senderKey[0] !== 0x04) return { rule: 'keyid-no-point' }
  if (record.length < TAG + 1) return { rule: 'record-truncated' }
  // RFC 8291 §4: greater than plaintext, delimiter, padding and tag together; with that the record is the only one.
  if (recordSize <= record.length) return { rule: 'record-size' }
  return { salt: body.subarray(0, SALT), senderKey, record }
}

/**
 * Opens it as the browser does (RFC 8291 §3.4).
 * @returns the plaintext, or why the browser would drop the message in silence
 */
export function openEnvelope(envelope: Envelope, device: DeviceKeys): { plaintext: Buffer } | { rule: string } {
  const { salt, senderKey, record } = envelope
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(device.privateKey)
  let secret: Buffer
  try {
    secret = ecdh.computeSecret(senderKey)
  } catch {
    return { rule: 'key-not-on-curve' }
  }
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), device.publicKey, senderKey])
  const material = Buffer.from(hkdfSync('sha256', secret, device.auth, keyInfo, 32))
  const key = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: aes128gcm\0', 16))
  const nonce = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: nonce\0', 12))
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
  decipher.setAuthTag(record.subarray(-TAG))
  let padded: Buffer
  try {
    padded = Buffer.concat([decipher.update(record.subarray(0, -TAG)), decipher.final()])
  } catch {
    return { rule: 'not-authentic' }
  }
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end -= 1
  return padded[end] === LAST_RECORD ? { plaintext: padded.subarray(0, end) } : { rule: 'delimiter' }
}
