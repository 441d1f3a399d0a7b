// In: a script. Out: a WebSocket server on loopback that speaks RFC 6455 frame by frame, wrong ones too if asked.
// Must not use the client's code: the two are to meet here for the first time.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { serve } from './loopback.ts'

export interface Peer {
  /** Texts and kinds of control frames, in order: 'text:…', 'ping', 'pong', 'close:1000'. */
  heard: string[]
  say(text: string): void
  frame(opcode: number, payload: Buffer, finned?: boolean): void
  /** Cuts the connection without a word. */
  cut(): void
  closed: boolean
}

export interface FrameServer {
  url: string
  peers: Peer[]
  close(): Promise<void>
}

/** @param answerPings false plays a machine that is reachable and dead */
export async function serveFrames(
  greet: (peer: Peer) => void,
  hear: (text: string, peer: Peer) => void = () => {},
  answerPings: () => boolean = () => true,
): Promise<FrameServer> {
  const peers: Peer[] = []
  const sockets = new Set<Duplex>()
  const loopback = await serve((_, response) => response.writeHead(426).end())
  loopback.server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket)
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
    socket.write(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`)
    const peer: Peer = {
      heard: [],
      closed: false,
      say: (text) => peer.frame(1, Buffer.from(text)),
      frame: (opcode, payload, finned = true) => {
        if (!socket.destroyed) socket.write(Buffer.concat([head(opcode, payload.length, finned), payload]))
      },
      cut: () => socket.destroy(),
    }
    peers.push(peer)
    const leave = (): void => {
      peer.closed = true
    }
    // A server's side stays half open by default: the client's departure shows as 'end'.
    socket.on('error', leave).on('close', leave).on('end', leave)
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (let read = readFrame(rest); read !== null; read = readFrame(rest)) {
        rest = rest.subarray(read.size)
        if (read.opcode === 1) {
          peer.heard.push(`text:${read.payload.toString()}`)
          hear(read.payload.toString(), peer)
        } else if (read.opcode === 9) {
          peer.heard.push('ping')
          if (answerPings()) peer.frame(10, read.payload)
        } else if (read.opcode === 8) {
          peer.heard.push(`close:${read.payload.length >= 2 ? read.payload.readUInt16BE(0) : ''}`)
          if (answerPings()) {
            peer.frame(8, read.payload)
            socket.end()
          }
        } else peer.heard.push('pong')
      }
    })
    greet(peer)
  })
  return {
    url: loopback.url.replace('http', 'ws'),
    peers,
    async close() {
      for (const socket of sockets) socket.destroy()
      await loopback.close()
    },
  }
}

function head(opcode: number, length: number, finned: boolean): Buffer {
  const first = (finned ? 0x80 : 0) | opcode
  if (length < 126) return Buffer.from([first, length])
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 255])
  const bytes = Buffer.alloc(10)
  bytes[0] = first
  bytes[1] = 127
  bytes.writeBigUInt64BE(BigInt(length), 2)
  return bytes
}

/** A client masks every frame (RFC 6455 §5.3); ours are short. */
function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | null {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return null
  let length = second & 127
  let at = 2
  if (length === 126) {
    if (bytes.length < 4) return null
    length = bytes.readUInt16BE(2)
    at = 4
  }
  if (bytes.length < at + 4 + length) return null
  const mask = bytes.subarray(at, at + 4)
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length))
  for (let n = 0; n < payload.length; n += 1) payload[n] = (payload[n] ?? 0) ^ (mask[n % 4] ?? 0)
  return { opcode: first & 15, payload, size: at + 4 + length }
}
