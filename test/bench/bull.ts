// The other peer: the usual job queue. One bullmq job per channel on Redis with its default persistence for a queue (AOF everysec).
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { call, readUrls, serveFeed } from './feed-half.ts'

const urls = readUrls()
// bullmq 6 takes the connection from its user; a worker blocks on its own.
const connect = (): Redis => new Redis({ host: '127.0.0.1', port: Number(process.argv[3]), maxRetriesPerRequest: null })
const queue = new Queue('bench', { connection: connect() })
const worker = new Worker(
  'bench',
  async (job) => {
    const { url, body } = job.data as { url: string; body: string }
    await call(url, body)
  },
  { connection: connect(), concurrency: 5 },
)
await worker.waitUntilReady()
serveFeed(async (body) => {
  await queue.addBulk(urls.map((url) => ({ name: 'post', data: { url, body } })))
})
