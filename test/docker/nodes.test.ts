// In: two nodes of the program on one database, as docker/compose.yaml has them, without the engine. Out: what each shows.
// Must not leave a process or a folder behind; waits end by what is seen, never by a guessed time.
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodes, until, type Node, type Nodes } from '../support/nodes.ts'

interface Notice {
  serial: string
  report: number
  kind: string
  state: string
  deliveries: { outlet: string; state: string }[]
}

let nodes: Nodes

/** The public list of a node once it holds so many notices, all of their deliveries done. */
async function listNotices(node: Node, count: number): Promise<Notice[]> {
  let last = ''
  return until(
    async () => {
      last = await (await fetch(`http://127.0.0.1:${node.port}/api/v1/notices`)).text()
      const { notices } = JSON.parse(last) as { notices: Notice[] }
      const done = notices.every((n) => n.deliveries.every((d) => d.state === 'accepted'))
      return notices.length === count && done ? notices : undefined
    },
    () => `${count} notices; the list is ${last.slice(0, 500)}`,
  )
}

beforeAll(async () => {
  nodes = await openNodes('outlets: [{ id: site, channel: website }]\n')
})
afterAll(() => nodes.close())

test(
  'two nodes speak once, each shows it, and one goes on alone when the other is killed',
  { timeout: 180_000 },
  async () => {
    const first = await nodes.start('first')
    const second = await nodes.start('second')
    const origin = Date.now() - 60_000
    expect(await nodes.push(first, { code: 'AU', magnitude: 4.8, origin })).toBe(202)
    for (const node of [first, second]) {
      const seen = await listNotices(node, 1)
      expect(seen.map((n) => [n.kind, n.deliveries.length])).toEqual([['quick-report', 1]])
    }

    await first.kill()
    expect(await nodes.push(second, { code: 'CC', magnitude: 4.9, origin: origin + 2_000 })).toBe(202)
    const after = await listNotices(second, 2)
    expect(after.map((n) => [n.kind, n.report, n.state])).toEqual([
      ['formal-report', 2, 'current'],
      ['quick-report', 1, 'superseded'],
    ])
    expect(new Set(after.map((n) => n.serial)).size).toBe(1)

    // The killed one comes back to its own data folder and finds what was said without it.
    const again = await nodes.start('first')
    const told = (notices: Notice[]): unknown[] => notices.map((n) => [n.serial, n.report, n.kind, n.state])
    expect(told(await listNotices(again, 2))).toEqual(told(after))
    again.child.kill('SIGTERM')
    expect((await once(again.child, 'exit'))[0], again.said()).toBe(0)
  },
)
