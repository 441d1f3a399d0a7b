// In: a database, a folder, a port. Out: the public side's part that tells readers, in a process of its own, made to be killed.
// The same parts as app/public.ts composes, without a configuration.
import { openPool } from '../../src/store/pool.ts'
import type { Connection } from '../../src/store/postgres/start.ts'
import { openLive } from '../../src/web/live/stream.ts'
import { openShelf } from '../../src/web/public/shelf.ts'
import { buildBarePublic } from './bare-public.ts'

const [connection = '', folder = '', port = '0'] = process.argv.slice(2)
const live = openLive(false)
const db = connection === '' ? null : openPool(JSON.parse(connection) as Connection, 2, () => undefined)
const shelf = await openShelf({
  db: db ?? { query: () => Promise.reject(new Error('there is no database here')) },
  folder,
  realNow: Date.now,
  tell: (ring, sure) => live.tell(ring, sure),
  onError: () => undefined,
})
const app = await buildBarePublic({
  pages: shelf,
  live,
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
const look = async (): Promise<void> => {
  await shelf.refresh()
  setTimeout(() => void look(), 20)
}
void look()
process.on('disconnect', () => process.exit(0))
process.send?.({ port: (app.server.address() as { port: number }).port })
