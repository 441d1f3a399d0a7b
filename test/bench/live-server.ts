// In: a server's way to tell and to count. Out: the same obedience from every subject of the live section.

/** What every client gets, about 300 bytes as JSON. */
export interface Told {
  seq: number
  at: string
  code: string
  kind: string
  serial: string
  report: number
  quake: string
  paths: string[]
}

export type Order = { tell: Told } | { read: true }
export interface Reading {
  /** User and system time of the whole process, ms. */
  cpu: number
  rss: number
  clients: number
}

/** Says where it listens, then does what the parent says. */
export function obey(port: number, tell: (event: Told) => void, count: () => number): void {
  process.on('message', (order: Order) => {
    if ('tell' in order) return tell(order.tell)
    const { user, system } = process.cpuUsage()
    const reading: Reading = { cpu: (user + system) / 1_000, rss: process.memoryUsage.rss(), clients: count() }
    process.send?.(reading)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}
