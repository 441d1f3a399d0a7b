// The peer: Fastify with @fastify/static and files packed beforehand, as its documentation shows it.
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'

const app = Fastify()
await app.register(fastifyStatic, { root: process.argv[2] ?? '', preCompressed: true })
const url = await app.listen({ port: 0, host: '127.0.0.1' })
process.on('disconnect', () => process.exit(0))
process.send?.({ port: Number(new URL(url).port) })
