// In: what a peer does with one new event. Out: a server that takes a feed by POST, reads it with rss-parser and calls that
// for every item it had not seen: the half that all peers share. The first list seeds silently, as ours does.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Parser from 'rss-parser'

/**
 * Starts the server and tells the parent its address.
 * @param publish gets the JSON body that every channel is to receive
 */
export function serveFeed(publish: (body: string) => Promise<void>): void {
  const parser = new Parser()
  const seen = new Set<string>()

  const handle = async (text: string): Promise<void> => {
    const feed = await parser.parseString(text)
    const fresh = feed.items.filter((item) => item.guid !== undefined && !seen.has(item.guid))
    const first = seen.size === 0
    for (const item of fresh) seen.add(item.guid ?? '')
    if (first) return
    for (const item of fresh) {
      await publish(JSON.stringify({ text: `中国地震台网正式测定：${item.title ?? ''}。${item.contentSnippet ?? ''}` }))
    }
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      void handle(Buffer.concat(parts).toString('utf8')).then(() => response.end('{}'))
    })
  })
  server.keepAliveTimeout = 120_000
  server.listen(0, '127.0.0.1', () =>
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }),
  )
  process.on('disconnect', () => process.exit(0))
}

/** The addresses the parent named. */
export function readUrls(): string[] {
  return JSON.parse(process.argv[2] ?? '[]') as string[]
}

/** One call of one channel, as anybody would write it. */
export async function call(url: string, body: string): Promise<void> {
  const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  await reply.text()
}
