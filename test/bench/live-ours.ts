// Ours: the public server with its live stream as app/public.ts composes them; told what to tell by the parent.
import { extendRing, type LiveEvent, type Ring } from '../../src/web/live/events.ts'
import { openLive } from '../../src/web/live/stream.ts'
import { obey } from './live-server.ts'
import { buildBarePublic } from '../web/bare-public.ts'

const live = openLive(false)
const app = await buildBarePublic({
  live,
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
let ring: Ring = extendRing(null, { head: 0, events: [], whole: true })
live.tell(ring, true)
obey(
  Number(new URL(url).port),
  (event) => {
    const { at, ...rest } = event
    const seal = event.seq.toString(16).padStart(12, '0')
    const added: LiveEvent = { ...rest, seal, at: Date.parse(at) }
    ring = extendRing(ring, { head: added.seq, events: [added], whole: true })
    live.tell(ring, true)
  },
  () => live.count(),
)
