// In: a desk's port, a session's cookie. Out: an open page's line to it: the hints that it gets, and nothing else.
// Speaks Engine.IO 4 and Socket.IO 5 over a WebSocket by hand, as the browser's script does; must not fetch anything.
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'undici'

export interface OpenDesk {
  /** How many hints have come. */
  count(): number
  /** Resolves when none has come for a moment: what is heard after that belongs to what is done after that. */
  quiet(): Promise<void>
  /** Resolves once there are more than so many. */
  more(than: number): Promise<void>
  close(): void
}

const QUIET_MS = 600

/** @throws when the desk lets nobody in with this cookie */
export async function openDesk(deskPort: number, cookie: string): Promise<OpenDesk> {
  const socket = new WebSocket(`ws://127.0.0.1:${deskPort}/desk/live/?EIO=4&transport=websocket`, {
    headers: { cookie },
  })
  let count = 0
  let lastAt = 0
  let told = (): void => undefined
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the desk takes no line')))
    socket.addEventListener('message', ({ data }) => {
      const text = String(data)
      if (text.startsWith('0')) socket.send('40')
      else if (text === '2') socket.send('3')
      else if (text.startsWith('40')) resolve()
      else if (text.startsWith('44')) reject(new Error(text))
      else if (text === '42["changed"]') {
        count += 1
        lastAt = performance.now()
        told()
      }
    })
  })
  return {
    count: () => count,
    quiet: async () => {
      do await sleep(QUIET_MS)
      while (performance.now() - lastAt < QUIET_MS)
    },
    more: (than) =>
      new Promise((resolve) => {
        told = () => (count > than ? resolve() : undefined)
        told()
      }),
    close: () => socket.close(),
  }
}
