// In: many askers at once, in three processes. Out: nobody is handed another's port, nor one of an outgoing line.
import { fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { claimPort } from '../../src/town/port.ts'

const ASKER = `
import { claimPort } from '${new URL('../../src/town/port.ts', import.meta.url).href}'
process.send(await Promise.all(Array.from({ length: 400 }, claimPort)))
process.once('message', () => process.exit(0))
`

test('installations that start at the same moment are never handed the same port', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quakedesk-ports-'))
  try {
    const file = join(folder, 'asker.mjs')
    await writeFile(file, ASKER)
    const askers = [0, 1, 2].map(() => fork(file, { execArgv: [] }))
    const answers = askers.map((asker) => new Promise<number[]>((resolve) => asker.once('message', resolve)))
    const ports = (await Promise.all(answers)).flat()
    for (const asker of askers) asker.send('done')
    expect(ports).toHaveLength(1200)
    expect(new Set(ports).size).toBe(1200)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a port is free for a server, and not one that the system gives to outgoing lines', async () => {
  const port = await claimPort()
  expect(port).toBeGreaterThanOrEqual(20_000)
  expect(port).toBeLessThan(32_768)
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  await new Promise((resolve) => server.close(resolve))
})
