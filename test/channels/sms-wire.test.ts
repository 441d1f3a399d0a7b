// In: the real HTTP client and a small server that computes both signatures anew from what arrives on the socket. Out: proof that
// what was signed is what was sent, byte for byte.
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { config } from '../../channels/sms/config.ts'
import { sms } from '../../channels/sms/index.ts'
import { openOutbound } from '../../src/publish/http.ts'
import { fakeReach, HANG, sampleJob } from './fakes.ts'

const SECRET = 'test-secret-0000000001'
const PHONE = '13800138000'
const arrived: { line: string; headers: IncomingHttpHeaders; body: string }[] = []
const server = createServer((request, response) => void answer(request, response))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  arrived.push({ line: request.url ?? '', headers: request.headers, body })
  const said =
    body === ''
      ? { Code: 'OK', BizId: '1^2', TotalCount: 0, SmsSendDetailDTOs: { SmsSendDetailDTO: [] } }
      : { Response: { SendStatusSet: [{ Code: 'Ok', PhoneNumber: `+86${PHONE}`, SerialNo: '5:1' }] } }
  response.end(JSON.stringify(said))
}

const outbound = openOutbound({ loopbackOnly: true })
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(async () => {
  await outbound.close()
  await new Promise((resolve) => void server.close(resolve))
})

const sha = (words: string): string => createHash('sha256').update(words).digest('hex')
const hmac = (key: string | Buffer, words: string): Buffer => createHmac('sha256', key).update(words).digest()

function open(own: Record<string, unknown>) {
  const { port } = server.address() as AddressInfo
  const base = { sign: '示例局', phones: PHONE, longest: 100, baseUrl: `http://127.0.0.1:${port}/` }
  const reach = { ...fakeReach(() => HANG), http: outbound.http }
  return sms.open(config.parse({ ...base, ...own }), reach)
}

const job = sampleJob({ leg: 'alarm', serial: 'a-1', content: { brief: "甘肃 7.1 级：'强度'复核 (100%) *~+&=/?" } })

/** The request as both vendors hash it, from the headers that the Authorization names. */
function canonise({ line, headers, body }: (typeof arrived)[number], names: string, lower: boolean): string {
  const [path = '', query = ''] = line.split('?')
  const lines = names.split(';').map((name) => {
    const value = String(headers[name])
    return `${name}:${lower ? value.toLowerCase() : value}\n`
  })
  return ['POST', path, query, lines.join(''), names, sha(body)].join('\n')
}

test('Aliyun’s signature holds for the request line, host and headers that arrive', async () => {
  const client = open({
    kind: 'aliyun',
    accessKeyId: 'LTAItest00000001',
    accessKeySecret: SECRET,
    template: 'SMS_1',
    parameters: { line: 'text' },
  })
  arrived.length = 0
  expect(await client.deliver(job)).toMatchObject({ state: 'accepted' })
  expect(await client.probe(job)).toEqual({ state: 'absent' })
  expect(arrived).toHaveLength(2)
  for (const one of arrived) {
    const { authorization = '' } = one.headers
    const [, names = '', signature] = /,SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(authorization) ?? []
    expect(names).toBe('host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version')
    expect(signature).toBe(hmac(SECRET, `ACS3-HMAC-SHA256\n${sha(canonise(one, names, false))}`).toString('hex'))
    expect([one.body, one.headers['x-acs-content-sha256']]).toEqual(['', sha('')])
    const values = [...new URLSearchParams(one.line.split('?')[1])].map(([name]) => name)
    expect(values).toEqual(values.toSorted())
  }
  const nonces = arrived.map(({ headers }) => headers['x-acs-signature-nonce'])
  expect(new Set(nonces).size).toBe(2)
})

test('Tencent’s signature holds for the body, host and headers that arrive', async () => {
  const client = open({
    kind: 'tencent',
    secretId: 'AKIDtest00000001',
    secretKey: SECRET,
    sdkAppId: '1400006666',
    template: '1110',
    parameters: { line: 1 },
  })
  arrived.length = 0
  expect(await client.deliver(job)).toMatchObject({ state: 'accepted', ref: '5:1' })
  const [one] = arrived
  if (!one) throw new Error('nothing arrived')
  const { authorization = '' } = one.headers
  const [, scope = '', names = '', signature] =
    /Credential=AKIDtest00000001\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(authorization) ?? []
  const [day = ''] = scope.split('/')
  expect([scope, names]).toEqual(['2024-03-05/sms/tc3_request', 'content-type;host;x-tc-action'])
  const key = hmac(hmac(hmac(`TC3${SECRET}`, day), 'sms'), 'tc3_request')
  const words = ['TC3-HMAC-SHA256', one.headers['x-tc-timestamp'], scope, sha(canonise(one, names, true))].join('\n')
  expect(signature).toBe(hmac(key, words).toString('hex'))
})
