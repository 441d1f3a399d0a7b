// In: the bytes of an event stream as they come. Out: its events, as a browser would dispatch them (WHATWG HTML §9.2.6).
// Written from the standard, not from our writer.
import { connect, type Socket } from 'node:net'

export interface StreamEvent {
  id: string
  type: string
  data: string
}

/** Takes text in any pieces; calls back for each dispatched event. `lastId` is what a reconnect would send. */
export function createParser(onEvent: (event: StreamEvent) => void): { feed(text: string): void; lastId(): string } {
  let rest = ''
  let buffer = { id: '', type: '', data: '' }
  let last = ''
  const line = (text: string): void => {
    if (text === '') {
      last = buffer.id
      if (buffer.data !== '') {
        onEvent({ id: last, type: buffer.type || 'message', data: buffer.data.replace(/\n$/, '') })
      }
      buffer = { id: buffer.id, type: '', data: '' }
      return
    }
    if (text.startsWith(':')) return
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'id' && !value.includes('\0')) buffer.id = value
    if (field === 'event') buffer.type = value
    if (field === 'data') buffer.data += `${value}\n`
  }
  return {
    feed: (text) => {
      const lines = (rest + text).split(/\r\n|\n|\r/)
      rest = lines.pop() ?? ''
      for (const each of lines) line(each)
    },
    lastId: () => last,
  }
}

export interface StreamReader {
  events: StreamEvent[]
  /** Codes of the notices it heard of, in order. */
  codes(): string[]
  socket(): Socket | null
  stop(): void
}

/** Reads /live over a raw socket, comes again after every loss with its last id, as a browser does. */
export function readStream(port: number, path = '/live', again = 20): StreamReader {
  const events: StreamEvent[] = []
  let socket: Socket | null = null
  let stopped = false
  let lastId = ''
  const open = (): void => {
    if (stopped) return
    let head = ''
    const parser = createParser((event) => {
      lastId = event.id
      events.push(event)
    })
    socket = connect(port, '127.0.0.1', () => {
      const offset = lastId === '' ? '' : `last-event-id: ${lastId}\r\n`
      socket?.write(`GET ${path} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n${offset}\r\n`)
    })
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => {
      if (head.endsWith('\r\n\r\n')) return parser.feed(part)
      head += part
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      parser.feed(head.slice(end + 4))
      head = '\r\n\r\n'
    })
    socket.on('error', () => undefined)
    socket.on('close', () => setTimeout(open, again))
  }
  open()
  return {
    events,
    codes: () =>
      events.filter(({ type }) => type === 'notice').map(({ data }) => (JSON.parse(data) as { code: string }).code),
    socket: () => socket,
    stop: () => {
      stopped = true
      socket?.destroy()
    },
  }
}
