// In: the desk's style sheet and script. Out: the same bytes to everybody who asks: nothing in them is secret.
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

const FILES = {
  'desk.css': 'text/css; charset=utf-8',
  'desk.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const

/** Reads the files once and serves them below /desk/assets. */
export async function serveDeskAssets(app: FastifyInstance): Promise<void> {
  for (const [name, type] of Object.entries(FILES)) {
    const bytes = await readFile(new URL(`../assets/${name}`, import.meta.url))
    app.get(`/desk/assets/${name}`, { config: { act: 'anyone' } }, async (_request, reply) =>
      reply.type(type).header('cache-control', 'max-age=300').send(bytes),
    )
  }
}
