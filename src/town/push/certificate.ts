// In: DNS names and IPv4 addresses. Out: a P-256 key and a self-signed X.509 certificate for them, as PEM.
// Must not be trusted by anybody who was not handed it: it opens stand-ins on loopback and nothing else.
// node:crypto reads certificates and cannot write them; DER (X.690) of this one profile is small enough to write.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** Certificate and key of a TLS server; the certificate is also what its clients take as `ca`. */
export interface TlsIdentity {
  cert: string
  key: string
}

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_ID = 0x06
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18
const explicit = (tag: number): number => 0xa0 | tag
const implicit = (tag: number): number => 0x80 | tag
const TRUE = Buffer.from([0x01, 0x01, 0xff])

/** One tag, its length in the shortest form (X.690 §10.1), its contents. */
function wrap(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body])
  const size = Buffer.from(body.length.toString(16).replace(/^(?=(?:..)*.$)/, '0'), 'hex')
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, body])
}

/** Object identifier, base 128 with continuation bits (X.690 §8.19). */
function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f))
    return groups
  })
  return wrap(OBJECT_ID, Buffer.from(bytes))
}

const COMMON_NAME = '2.5.4.3'
const BASIC_CONSTRAINTS = '2.5.29.19'
const SUBJECT_ALT_NAME = '2.5.29.17'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'

/** UTCTime ends with 2049 (RFC 5280 §4.1.2.5); fixed dates, since no clock of a scenario may decide over a certificate. */
const VALIDITY = wrap(
  SEQUENCE,
  wrap(UTC_TIME, Buffer.from('000101000000Z')),
  wrap(GENERALIZED_TIME, Buffer.from('20500101000000Z')),
)

function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return wrap(SEQUENCE, objectId(id), critical ? TRUE : Buffer.alloc(0), wrap(OCTET_STRING, value))
}

/** dNSName is [2], iPAddress is [7] (RFC 5280 §4.2.1.6). */
function altName(host: string): Buffer {
  const octets = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host.split('.').map(Number) : null
  return octets ? wrap(implicit(7), Buffer.from(octets)) : wrap(implicit(2), Buffer.from(host, 'latin1'))
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** Makes a new key and its certificate; `hosts` are what a client may call the server, the first one names it. */
export function makeTlsIdentity(hosts: readonly string[]): TlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = wrap(SEQUENCE, objectId(ECDSA_WITH_SHA256))
  const commonName = wrap(SEQUENCE, objectId(COMMON_NAME), wrap(UTF8_STRING, Buffer.from(hosts[0] ?? 'stand-in')))
  const name = wrap(SEQUENCE, wrap(SET, commonName))
  // A positive serial number whose first bit is neither a sign nor a leading zero.
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const extensions = wrap(
    SEQUENCE,
    // It is its own issuer: a client that is handed it must take it as an authority.
    extension(BASIC_CONSTRAINTS, wrap(SEQUENCE, TRUE), true),
    extension(EXTENDED_KEY_USAGE, wrap(SEQUENCE, objectId(SERVER_AUTH))),
    extension(SUBJECT_ALT_NAME, wrap(SEQUENCE, ...hosts.map(altName))),
  )
  const certificate = wrap(
    SEQUENCE,
    wrap(explicit(0), wrap(INTEGER, Buffer.of(2))),
    wrap(INTEGER, serial),
    algorithm,
    name,
    VALIDITY,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    wrap(explicit(3), extensions),
  )
  const signature = sign('sha256', certificate, privateKey)
  return {
    cert: pem(wrap(SEQUENCE, certificate, algorithm, wrap(BIT_STRING, Buffer.of(0), signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
