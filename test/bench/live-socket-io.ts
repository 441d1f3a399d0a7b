// The peer: Socket.IO with WebSocket alone, the same words to everybody by its own broadcast.
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { obey } from './live-server.ts'

const http: HttpServer = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false })
http.listen(0, '127.0.0.1', () =>
  obey(
    (http.address() as AddressInfo).port,
    (event) => void io.emit('notice', event),
    () => io.engine.clientsCount,
  ),
)
