// The other peer: the usual job queue. One bullmq job per channel on Redis with its default persistence for a queue (AOF everysec).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Queue, Worker } from 'bullmq'
import Parser from 'rss-parser'

const urls = JSON.parse(process.argv[2] ?? '[]') as string[]
const connection = { host: '127.0.0.1', port: Number(process.argv[3]), maxRetriesPerRequest: null }
const queue = new Queue('bench', { connection })
const parser = new Parser()
const seen = new Set<string>()
const worker = new Worker(
  'bench',
  async (job) => {
    const { url, body } = job.data as { url: string; body: string }
    const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    await reply.text()
  },
  { connection, concurrency: 5 },
)
await worker.waitUntilReady()

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    void handle(Buffer.concat(parts).toString('utf8')).then(() => response.end('{}'))
  })
})

async function handle(text: string): Promise<void> {
  const feed = await parser.parseString(text)
  const fresh = feed.items.filter((item) => item.guid !== undefined && !seen.has(item.guid))
  const first = seen.size === 0
  for (const item of fresh) seen.add(item.guid ?? '')
  if (first) return
  for (const item of fresh) {
    const body = JSON.stringify({ text: `中国地震台网正式测定：${item.title ?? ''}。${item.contentSnippet ?? ''}` })
    await queue.addBulk(urls.map((url) => ({ name: 'post', data: { url, body } })))
  }
}

server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }),
)
process.on('disconnect', () => process.exit(0))
