// In: a port, so many reports at so many a second. Out: each posted by the clock from a network of its own kind behind a proxy of ours,
// and how long its receipt took. Its own process: what senders cost is not the server's.
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { makeTexts } from './similar-texts.ts'

export interface SendOrder {
  port: number
  /** Reports, and how many a second. */
  many: number
  rate: number
  seed: number
}

export interface Sent {
  /** Milliseconds from the moment it was due to its receipt. */
  times: number[]
  /** Epoch milliseconds at which receipts came, in order. */
  taken: number[]
  /** What was said instead of a receipt, by how often. */
  refused: Record<string, number>
}

/** A network sends that many of these reports: it is no flood of one hand. */
const OF_ONE_NETWORK = 3
/** One in so many denies what goes round; another asks. */
const ONE_IN = 20

/** What people send while a rumour goes round: copies, some denials, some questions. */
function listMessages(many: number, seed: number): string[] {
  return makeTexts(many, 0, seed).texts.map(({ text }, at) => {
    if (at % ONE_IN === 7) return `官方辟谣：网传“${text}”是谣言，请不要转发`
    return at % ONE_IN === 14 ? `请问${text}，这是真的吗？` : text
  })
}

function addressOf(at: number): string {
  const network = Math.floor(at / OF_ONE_NETWORK)
  return `111.${network >> 8}.${network & 255}.${1 + (at % OF_ONE_NETWORK)}`
}

async function sendAll({ port, many, rate, seed }: SendOrder): Promise<Sent> {
  const agent = new Agent({ connections: 48, keepAliveTimeout: 60_000 })
  const messages = listMessages(many, seed)
  const sent: Sent = { times: [], taken: [], refused: {} }
  const post = async (at: number, due: number): Promise<void> => {
    const answer = await request(`http://127.0.0.1:${port}/api/v1/sightings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': addressOf(at), 'user-agent': 'bench' },
      body: JSON.stringify({ text: messages[at], platform: '微信' }),
      dispatcher: agent,
    }).catch((error: unknown) => String(error))
    const said = typeof answer === 'string' ? answer : `${answer.statusCode} ${await answer.body.text()}`
    if (said.startsWith('201 ')) {
      sent.times.push(performance.now() - due)
      sent.taken.push(Date.now())
    } else sent.refused[said.slice(0, 80)] = (sent.refused[said.slice(0, 80)] ?? 0) + 1
  }
  const since = performance.now()
  const posts: Promise<void>[] = []
  while (posts.length < many) {
    const now = performance.now()
    const wanted = Math.min(many, Math.floor(((now - since) / 1_000) * rate) + 1)
    while (posts.length < wanted) posts.push(post(posts.length, since + (posts.length / rate) * 1_000))
    await sleep(2)
  }
  await Promise.all(posts)
  await agent.close()
  return sent
}

process.on('message', (order: SendOrder) => {
  void sendAll(order).then((sent) => process.send?.(sent))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
