// In: a port, cookies. Out: that many desks on the queue of rumours, each fetching it on a hint as src/web/assets/desk.js does, and how
// long each answer took. Its own process, which gives way: desks have machines of their own, what they cost is not the server's.
import { setPriority } from 'node:os'
import { Agent, request, WebSocket } from 'undici'
import { GUEST } from './cores.ts'

export type DesksOrder = { act: 'open'; port: number; cookies: string[] } | { act: 'begin' } | { act: 'end' }

export interface Looked {
  /** Milliseconds from the request to the last byte, since the count began. */
  times: number[]
  /** Answers that were no fragment. */
  failed: number
  hints: number
  bytes: number
}

setPriority(0, GUEST)

const LOOK_MS = 15_000
const AGAIN_MS = 1_000

let looked: Looked = { times: [], failed: 0, hints: 0, bytes: 0 }
const agent = new Agent({ connections: 64, keepAliveTimeout: 60_000 })

/** One open page. @returns when it is greeted */
function openDesk(port: number, cookie: string): Promise<void> {
  let under = false
  let again = false
  const look = async (): Promise<void> => {
    if (under) {
      again = true
      return
    }
    under = true
    again = false
    const since = performance.now()
    const answer = await request(`http://127.0.0.1:${port}/desk/parts/rumours`, {
      headers: { cookie, accept: 'text/html' },
      dispatcher: agent,
    }).catch(() => null)
    const text = (await answer?.body.text().catch(() => '')) ?? ''
    if (answer?.statusCode === 200) looked.times.push(performance.now() - since)
    else looked.failed += 1
    looked.bytes += text.length
    under = false
    if (again) setTimeout(() => void look(), AGAIN_MS)
  }
  setInterval(() => void look(), LOOK_MS)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/desk/live/?EIO=4&transport=websocket`, { headers: { cookie } })
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('a desk was not let in')))
    // Engine.IO 4: 0 open, 2 ping, 4 message; Socket.IO 5 within it: 0 connect, 2 event.
    socket.addEventListener('message', ({ data }) => {
      const text = String(data)
      if (text.startsWith('0')) socket.send('40')
      else if (text === '2') socket.send('3')
      else if (text.startsWith('40')) {
        void look()
        resolve()
      } else if (text.startsWith('42')) {
        looked.hints += 1
        void look()
      }
    })
  })
}

process.on('message', (order: DesksOrder) => {
  if (order.act === 'open')
    void Promise.all(order.cookies.map((cookie) => openDesk(order.port, cookie))).then(() => process.send?.({}))
  else {
    process.send?.(looked)
    looked = { times: [], failed: 0, hints: 0, bytes: 0 }
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
