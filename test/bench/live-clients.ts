// In: a port, a manner, a number. Out: that many clients over raw sockets, and when each heard of each event.
// Its own process: what clients cost is not the server's. Comes again after a loss, as a browser does.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export type ClientOrder =
  | { act: 'connect'; port: number; manner: 'sse' | 'socket.io'; clients: number; stays: boolean }
  | { act: 'await'; events: number }
  | { act: 'leave' }
  | { act: 'check'; codes: string[] }
export interface Heard {
  ms: number
  /** Clients that did not end with exactly the codes asked for. */
  wrong: number
}

/** Connections that are being opened at once: a listen backlog is short. */
const OPENING = 256

interface Client {
  socket: Socket | null
  /** Greeted by the server; what it hears from now on counts. */
  isIn: boolean
  heard: number
  lastId: string
  codes: string[]
}

let clients: Client[] = []
let isLeaving = false
let wake: () => void = () => undefined

function openSse(client: Client, port: number, stays: boolean, joined: () => void): void {
  let rest = ''
  let id = client.lastId
  const socket = connect(port, '127.0.0.1', () => {
    const offset = client.lastId === '' ? '' : `last-event-id: ${client.lastId}\r\n`
    socket.write(`GET /live HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n${offset}\r\n`)
    // A client that comes again is greeted by nothing but what it missed.
    if (client.lastId !== '') client.isIn = true
  })
  client.socket = socket
  socket.setEncoding('utf8')
  socket.on('data', (part: string) => {
    rest += part
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const frame = rest.slice(0, end)
      rest = rest.slice(end + 2)
      id = /^id: (\S+)$/m.exec(frame)?.[1] ?? id
      client.lastId = id
      if (frame.includes('event: hello')) {
        client.isIn = true
        joined()
      } else if (frame.includes('event: notice')) {
        client.heard += 1
        if (stays) client.codes.push(/"code":"([^"]+)"/.exec(frame)?.[1] ?? '')
        wake()
      }
    }
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    client.isIn = false
    if (stays && !isLeaving) setTimeout(() => openSse(client, port, stays, joined), 200 + Math.random() * 800)
  })
}

/** A text frame of a client, masked as RFC 6455 §5.3 wants it. */
function mask(text: string): Buffer {
  const body = Buffer.from(text)
  const key = randomBytes(4)
  const masked = body.map((byte, at) => byte ^ (key[at % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length]), key, masked])
}

function openSocketIo(client: Client, port: number, joined: () => void): void {
  let rest: Buffer = Buffer.alloc(0)
  let isOpen = false
  const socket = connect(port, '127.0.0.1', () => {
    const key = randomBytes(16).toString('base64')
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    )
  })
  client.socket = socket
  socket.on('data', (part: Buffer) => {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part])
    if (!isOpen) {
      const head = rest.indexOf('\r\n\r\n')
      if (head < 0) return
      isOpen = true
      rest = rest.subarray(head + 4)
    }
    for (;;) {
      if (rest.length < 2) return
      const short = (rest[1] ?? 0) & 0x7f
      const head = short < 126 ? 2 : 4
      if (rest.length < head) return
      const length = short < 126 ? short : rest.readUInt16BE(2)
      if (rest.length < head + length) return
      const text = rest.toString('latin1', head, head + Math.min(length, 2))
      rest = rest.subarray(head + length)
      // Engine.IO 4: 0 open, 2 ping, 4 message; Socket.IO 5 within it: 0 connect, 2 event.
      if (text.startsWith('0')) socket.write(mask('40'))
      else if (text === '2') socket.write(mask('3'))
      else if (text === '40') {
        client.isIn = true
        joined()
      } else if (text === '42') {
        client.heard += 1
        wake()
      }
    }
  })
  socket.on('error', () => undefined)
}

async function joinAll(order: Extract<ClientOrder, { act: 'connect' }>): Promise<void> {
  clients = Array.from({ length: order.clients }, () => ({
    socket: null,
    isIn: false,
    heard: 0,
    lastId: '',
    codes: [],
  }))
  let next = 0
  let there = 0
  await new Promise<void>((resolve) => {
    const joined = (): void => {
      there += 1
      if (there === clients.length) return resolve()
      openNext()
    }
    const openNext = (): void => {
      const client = clients[next]
      next += 1
      if (!client) return
      if (order.manner === 'sse') openSse(client, order.port, order.stays, joined)
      else openSocketIo(client, order.port, joined)
    }
    for (let index = 0; index < OPENING; index += 1) openNext()
  })
}

function waitUntil(check: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    wake = () => {
      if (check()) resolve()
    }
    wake()
  })
}

async function act(order: ClientOrder): Promise<number> {
  switch (order.act) {
    case 'connect':
      isLeaving = false
      await joinAll(order)
      return 0
    case 'await': {
      let done = 0
      await waitUntil(() => {
        while (done < clients.length && (clients[done]?.heard ?? 0) >= order.events) done += 1
        return done === clients.length
      })
      return 0
    }
    case 'leave':
      isLeaving = true
      for (const { socket } of clients) socket?.destroy()
      return 0
    case 'check':
      return clients.filter(({ codes }) => codes.join(' ') !== order.codes.join(' ')).length
  }
}

process.on('message', (order: ClientOrder) => {
  const started = performance.now()
  void act(order).then((wrong) => process.send?.({ ms: performance.now() - started, wrong } satisfies Heard))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
